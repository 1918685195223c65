import cds from '@sap/cds'

import { type Access, accessOf } from '../../../src/explain/token/access.js'
import { cap } from '../../../src/cap.js'

const model = cap.compile.for.nodejs(
  cds.compile(`
    @requires: ['Clerk', 'Boss']
    service Shop {
      @restrict: [
        { grant: 'READ', to: 'Clerk', where: (site = $user.site and buyer = $user.id) },
        { grant: '*', to: 'Boss' }
      ]
      entity Orders { key ID : Integer; site : String; buyer : String; }
      @requires: 'Boss' action close();
      entity Open { key ID : Integer; }
    }
    @requires: 'Admin' service Administration { entity Users { key ID : Integer; } }
    service Public { entity News { key ID : Integer; } }
    @cds.external service Foreign { @requires: 'X' entity Things { key ID : Integer; } }`)
)

const user = (roles: string[], attr: object) => ({
  id: 'alice',
  tenant: undefined,
  attr,
  is: (role: string) => roles.includes(role)
})

test('services and entities: by which role, and which rows', () => {
  expect(accessOf(model, user(['Clerk'], { site: ['S1', 'S2'] }), false)).toEqual([
    {
      name: 'Shop',
      open: true,
      why: 'Clerk',
      grants: [],
      parts: [
        {
          name: 'Shop.Orders',
          open: true,
          why: 'Clerk',
          grants: [
            'READ (Clerk) where site = $user.site [2 values] and buyer = $user.id [the own id]'
          ],
          parts: []
        },
        { name: 'Shop.close', open: false, why: 'needs Boss', grants: [], parts: [] }
      ]
    },
    { name: 'Administration', open: false, why: 'needs Admin', grants: [], parts: [] },
    { name: 'Public', open: true, why: 'no role is asked for', grants: [], parts: [] }
  ])
})

const orders = (roles: string[], attr: object, withValues: boolean) =>
  accessOf(model, user(roles, attr), withValues)[0]?.parts[0]?.grants

test('values come into conditions only if they are asked for', () => {
  expect(orders(['Clerk'], { site: ['S1'] }, true)).toEqual([
    'READ (Clerk) where site = $user.site ["S1"] and buyer = $user.id ["alice"]'
  ])
})

test('an attribute without a value is said to have none', () => {
  expect(orders(['Clerk'], {}, false)?.[0]).toContain('$user.site [no values]')
})

test('a grant on all records has no condition', () => {
  expect(orders(['Boss'], {}, false)).toEqual(['* (Boss)'])
})

describe('by the rules of CAP', () => {
  /** Lines for a service of everybody, with an entity that may have an action. */
  function lines(annotations: string, roles: string[], action = '', ofService = '') {
    const own = cap.compile.for.nodejs(
      cds.compile(`
        ${ofService} service S {
          ${annotations} entity E { key ID : Integer } ${action && `actions { ${action} }`};
        }`)
    )
    const every = ['any', 'authenticated-user', ...roles]
    const [service] = accessOf(own, user(every, {}), false)
    const line = ({ name, open, why, grants }: Access) =>
      `${open ? '✓' : '✗'} ${name.slice(2)}: ${[why, ...grants].join('; ')}`
    return service?.open ? service.parts.map(line) : [service?.why]
  }

  test.each([
    '@restrict: []',
    "@restrict: [{ grant: 'READ', to: [] }]",
    '@restrict: [{ grant: [] }]'
  ])('a list that is empty is for nobody: %s', (annotation) => {
    expect(lines(annotation, ['R'])).toEqual(['✗ E: @restrict names no role for it'])
  })

  test('an empty list of @requires is for nobody, but at a service', () => {
    expect(lines('@requires: []', ['R'])).toEqual(['✗ E: @requires names no role for it'])
    expect(lines("@requires: 'R'", ['R'], '', '@requires: []')).toEqual(['✓ E: R'])
  })

  test('a service with @restrict alone asks for its roles', () => {
    const ofService = "@restrict: [{ grant: 'READ', to: ['R', 'S'] }]"
    expect(lines("@requires: 'any'", ['S'], '', ofService)).toEqual(['✓ E: any'])
    expect(lines("@requires: 'any'", [], '', ofService)).toEqual(['needs R or S'])
  })

  test('grants for actions alone leave the records open to everybody', () => {
    const annotation = "@restrict: [{ grant: 'approve', to: 'Manager' }]"
    const open = '✓ E: no role is asked for'
    const approve = 'action approve(); action close();'
    const close = '✗ E.close: @restrict names no role for it'
    expect(lines(annotation, [], approve)).toEqual([open, '✗ E.approve: needs Manager', close])
    expect(lines(annotation, ['Manager'], approve)).toEqual([
      open,
      '✓ E.approve: Manager; approve (Manager)',
      close
    ])
  })

  test('an action needs a grant of its entity as well as its own @requires', () => {
    const annotation = "@restrict: [{ grant: 'READ', to: 'Viewer' }]"
    const action = "@requires: 'Manager' action approve();"
    const ungranted = '@restrict names no role for it'
    expect(lines(annotation, ['Viewer', 'Manager'], action)).toEqual([
      '✓ E: Viewer; READ (Viewer)',
      `✗ E.approve: ${ungranted}`
    ])
    expect(lines(annotation, ['Viewer'], action)).toEqual([
      '✓ E: Viewer; READ (Viewer)',
      `✗ E.approve: needs Manager, and ${ungranted}`
    ])
  })

  test('an action without @requires has that of its entity, and one with it only its own', () => {
    const actions = "@requires: 'Boss' action fire(); @restrict: [{ to: 'Clerk' }] action file();"
    expect(lines("@requires: 'Clerk'", ['Boss'], actions)).toEqual([
      '✗ E: needs Clerk',
      '✓ E.fire: Boss',
      '✗ E.file: needs Clerk'
    ])
  })

  test('grants of an entity and of its action count both', () => {
    const annotation = "@restrict: [{ grant: '*', to: 'Clerk' }]"
    const action = "@restrict: [{ to: 'Boss' }] action approve();"
    const rest = ['✓ E.approve: Clerk; * (Clerk)']
    expect(lines(annotation, ['Clerk'], action)).toEqual(['✓ E: Clerk; * (Clerk)', ...rest])
    expect(lines(annotation, ['Boss'], action)).toEqual([
      '✗ E: needs Clerk',
      '✓ E.approve: Boss; * (Boss)'
    ])
    expect(lines(annotation, [], action)).toEqual([
      '✗ E: needs Clerk',
      '✗ E.approve: needs Boss or Clerk'
    ])
  })

  test('both annotations count, and the one that fails is named', () => {
    const both = "@requires: 'authenticated-user' @restrict: [{ to: 'Admin' }]"
    expect(lines(both, [])).toEqual(['✗ E: needs Admin'])
    expect(lines(both, ['Admin'])).toEqual(['✓ E: authenticated-user; * (Admin)'])
    const roles = "@requires: 'R' @restrict: [{ to: 'S' }]"
    expect(lines(roles, ['S'])).toEqual(['✗ E: needs R'])
    expect(lines(roles, [])).toEqual(['✗ E: needs R, and needs S'])
  })

  test('an action that is as open as its entity is not listed', () => {
    const annotation = "@restrict: [{ grant: ['READ', 'approve'], to: 'Clerk' }]"
    const action = 'action approve();'
    expect(lines(annotation, ['Clerk'], action)).toEqual(['✓ E: Clerk; READ, approve (Clerk)'])
    expect(lines(annotation, [], action)).toEqual(['✗ E: needs Clerk'])
  })

  const DRAFTS = '@odata.draft.enabled @restrict:'

  test('actions of drafts are as open as the records', () => {
    const grants = "[{ grant: ['READ', 'WRITE'], to: 'Clerk' }, { grant: 'READ', to: 'Viewer' }]"
    expect(lines(`${DRAFTS} ${grants}`, ['Clerk'])).toEqual(['✓ E: Clerk; READ, WRITE (Clerk)'])
    expect(lines(`${DRAFTS} ${grants}`, ['Viewer'])).toEqual(['✓ E: Viewer; READ (Viewer)'])
  })

  test('everybody begins drafts where no grant has CREATE, also one that has no events', () => {
    const open = '✓ E.drafts (NEW): no role is asked for'
    const reads = `${DRAFTS} [{ grant: ['READ', 'NEW'], to: 'Clerk' }]`
    expect(lines(reads, ['Clerk'])).toEqual(['✓ E: Clerk; READ (Clerk)', open])
    expect(lines(reads, [])).toEqual(['✗ E: needs Clerk', open])
    const all = `${DRAFTS} [{ to: 'Clerk' }, { grant: 'CREATE', to: 'Boss' }]`
    const refused = '✗ E.drafts (NEW): needs Boss'
    expect(lines(all, ['Clerk'])).toEqual(['✓ E: Clerk; * (Clerk)', refused])
  })

  test('who edits a record reads it', () => {
    const writes = `${DRAFTS} [{ grant: 'WRITE', to: 'Clerk' }, { grant: 'READ', to: 'Viewer' }]`
    expect(lines(writes, ['Clerk'])).toEqual([
      '✓ E: Clerk; WRITE (Clerk)',
      '✗ E.draftEdit: needs Viewer'
    ])
  })

  test.each(['NEW', 'PATCH', 'CANCEL', 'EDIT'])(
    '%s restricts the records, and permits nothing without drafts',
    (event) => {
      const annotation = `@restrict: [{ grant: '${event}', to: 'Clerk' }]`
      expect(lines(annotation, ['Clerk'])).toEqual(['✗ E: @restrict names no role for it'])
    }
  )
})
