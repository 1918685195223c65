import cds from '@sap/cds'

import { explanationOf } from '../../../../src/lib/log.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { isSettled } from '../../../../src/restrictions/read/reachable.js'
import { ownDraftIf, restrictRead } from '../../../../src/restrictions/read/read.js'
import { definitionIn, modelOf } from '../support/model.js'
import { refusal, requestOf } from '../support/request.js'

const GRANTS = `@restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) },
  { grant: 'READ', to: 'Reader' }]`
const model = modelOf(`
service Far @(cds.external) { @cds.persistence.skip entity Rows { key ID : Integer; plant : String; up : Association to Rows } }
entity db.Orders { key ID : Integer; plant : String; first : Association to db.Items; next : Association to db.Orders;
  items : Composition of many db.Items on items.up_ = $self }
entity db.Items { key ID : Integer; up_ : Association to db.Orders; parts : Composition of many db.Parts on parts.up_ = $self }
entity db.Parts { key ID : Integer; up_ : Association to db.Items }
service S {
  ${GRANTS} entity Orders as projection on db.Orders;
  entity Items as projection on db.Items;
  entity Parts as projection on db.Parts;
  ${GRANTS} entity Rows as projection on Far.Rows;
  entity Open { key ID : Integer; order : Association to Orders; next : Association to Open; row : Association to Rows };
}`)
rewriteModel(model)
const entity = (name: string) => definitionIn(model, `S.${name}`)

const ID = (value: number) => [{ ref: ['ID'] }, '=', { val: value }]
const at = (id: string, value = 1) => ({ id, where: ID(value) })
const PLANT: unknown = expect.objectContaining({ xpr: expect.anything() as unknown })

interface Options {
  readonly role?: string
  readonly clauses?: object
  readonly record?: object | null
  readonly endpoints?: readonly { readonly kind: string }[]
  readonly changes?: object
}

/** Reads what a path leads to; results in the query, and in the paths that the service was asked for. */
async function read(name: string, ref: unknown[], options: Options = {}) {
  const { role = 'Plant', clauses, record = null, endpoints, changes } = options
  const query = { SELECT: { from: { ref }, ...clauses } }
  const request = requestOf([role], { subject: { ref }, query, target: entity(name), ...changes })
  const asked: unknown[] = []
  const run = (each: unknown) => {
    asked.push((each as typeof query).SELECT.from.ref)
    return Promise.resolve(record)
  }
  await restrictRead({ model, run, ...(endpoints && { endpoints }) }, request, entity(name))
  const { from, where } = request.query?.SELECT ?? {}
  return { ref: from?.ref, where, asked, isSame: Object.is(request.query, query) }
}

describe('a remote record', () => {
  test('is found by a condition, as its service may ignore others beside a key', async () => {
    const { ref, where } = await read('Rows', [at('S.Rows')])
    expect([ref, where]).toEqual([['S.Rows'], ID(1)])
    const found = await read('Rows', [at('S.Rows')], { clauses: { where: ID(2) } })
    expect(found.where).toEqual([{ xpr: ID(1) }, 'and', { xpr: ID(2) }])
    expect((await read('Rows', [at('S.Rows')], { clauses: { where: [] } })).where).toEqual(ID(1))
    const args = { p: { val: 1 } }
    expect(await read('Rows', [{ ...at('S.Rows'), args }])).toMatchObject({
      ...{ ref: [{ id: 'S.Rows', args }], where: ID(1) }
    })
    const path = await read('Rows', [at('S.Open'), at('row', 2)])
    expect([path.ref, path.where]).toEqual([[at('S.Open'), 'row'], ID(2)])
  })

  test('is found as before if all may be read, or it is in the database', async () => {
    expect((await read('Rows', [at('S.Rows')], { role: 'Reader' })).isSame).toBe(true)
    expect((await read('Orders', [at('S.Orders')])).isSame).toBe(true)
  })

  test('is none without a key', async () => {
    for (const last of ['S.Rows', { id: 'S.Rows' }, { id: 'S.Rows', where: [] }])
      expect((await read('Rows', [last])).isSame).toBe(true)
    for (const from of [undefined, {}, { SELECT: { from: { ref: ['S.Rows'] } } }])
      expect((await read('Rows', [at('S.Rows')], { clauses: { from } })).where).toBeUndefined()
  })

  test('at the end of a path is found by the key that the one before it has', async () => {
    const { ref, where, asked } = await read('Rows', [at('S.Open'), 'row'], {
      record: { row_ID: 7 }
    })
    expect([ref, where, asked]).toEqual([['S.Rows'], ID(7), [[at('S.Open')]]])
    const all = await read('Rows', [at('S.Open'), 'row'], { role: 'Reader' })
    expect([all.isSame, all.asked]).toEqual([true, []])
  })
})

describe('parts', () => {
  test('are those of records that the user may read', async () => {
    expect((await read('Items', ['S.Items'])).where).toEqual([PLANT])
    expect((await read('Items', ['S.Items'], { clauses: { where: ID(1) } })).where).toEqual([
      ...[{ xpr: ID(1) }, 'and', PLANT]
    ])
    expect((await read('Items', ['S.Items'], { role: 'Reader' })).isSame).toBe(true)
    expect((await read('Items', ['S.Items'], { clauses: { from: undefined } })).where).toEqual([
      PLANT
    ])
  })

  test.each<[string, string, unknown[]]>([
    ['by a composition', 'Items', [at('S.Orders'), 'items']],
    ['by two', 'Parts', [at('S.Orders'), at('items'), 'parts']],
    ['behind another path', 'Items', [at('S.Open'), 'order', 'items']],
    ['behind a longer one', 'Parts', [at('S.Orders'), at('next'), at('items'), 'parts']]
  ])('have the condition of the path %s', async (_, name, ref) => {
    expect((await read(name, ref)).where).toBeUndefined()
  })

  test.each<[string, string, unknown[]]>([
    ['by an association', 'Items', [at('S.Orders'), 'first']],
    ['from another part', 'Parts', [at('S.Items'), 'parts']],
    ['partly by an association', 'Parts', [at('S.Orders'), 'first', 'parts']],
    ['by nothing', 'Items', [at('S.Open'), 'none', 'items']]
  ])('have one of their own %s', async (_, name, ref) => {
    expect((await read(name, ref)).where).toEqual([PLANT])
  })

  test('are refused without a role', () => {
    const request = requestOf(['Nobody'], { query: { SELECT: { from: { ref: ['S.Items'] } } } })
    const service = { model, run: () => Promise.resolve() }
    const refused = refusal(() =>
      restrictRead(service, { ...request, event: 'count' }, entity('Items'))
    )
    expect(refused).toMatchObject({ status: 403, code: 'ERR_EXPAND_RESTRICTED' })
    expect(refused?.message).toBe('No role permits this.')
    expect(refused?.log).toMatch(/^GET of Items: .*"Plant", "Reader"/)
  })
})

test('a hierarchy of restricted records is refused', () => {
  const refused = (query: object | undefined, role = 'Plant') => {
    const request = requestOf([role], { query })
    return refusal(() =>
      restrictRead({ model, run: () => Promise.resolve() }, request, entity('Orders'))
    )
  }
  const recurse = { SELECT: { from: { ref: ['S.Orders'] }, recurse: {} } }
  const message = 'A hierarchy of restricted records.'
  expect(refused(recurse)).toMatchObject({ code: 'ERR_RESTRICTION_UNCHECKED', message })
  expect(refused({ SELECT: { from: recurse } })).toMatchObject({ message })
  expect(refused(recurse, 'Reader')).toBeUndefined()
  for (const query of [undefined, { SELECT: {} }, { UPDATE: {} }])
    expect(refused(query)).toBeUndefined()
})

describe('a path', () => {
  const HCQL = [{ kind: 'hcql' }]

  test('goes through records that the user may read', async () => {
    const { ref = [], asked } = await read('Open', [at('S.Orders'), at('items'), 'x'])
    expect(ref[0]).toEqual({ id: 'S.Orders', where: [{ xpr: ID(1) }, 'and', PLANT] })
    expect(ref.map(isSettled)).toEqual([true, true, false])
    expect(asked).toEqual([])
  })

  test('stays if it goes through what is open, but is marked where clients send queries', async () => {
    const path = [at('S.Open'), at('next'), 'next']
    expect((await read('Open', path)).isSame).toBe(true)
    const { ref = [] } = await read('Open', path, { endpoints: HCQL })
    expect([ref, ref.map(isSettled)]).toEqual([path, [true, true, false]])
  })

  test('is that of the query only', async () => {
    for (const from of [{ ref: ['S.Open'] }, { ref: undefined }, undefined]) {
      const clauses = { from }
      const { isSame } = await read('Open', [at('S.Orders'), 'x'], { clauses, endpoints: HCQL })
      expect(isSame).toBe(true)
    }
  })

  test('through remote records asks their service for each', async () => {
    const path = [at('S.Open'), at('row', 2), 'up', 'x']
    const { asked, isSame } = await read('Open', path, { record: { ID: 2 } })
    expect(asked).toEqual([path.slice(0, 2), path.slice(0, 3)])
    expect(isSame).toBe(true)
  })

  test('through a remote record that can not be read leads nowhere', async () => {
    const found: unknown = await read('Open', [at('S.Rows'), 'x']).catch((error: unknown) => error)
    expect(found).toMatchObject({ status: 404, message: 'Not Found' })
    expect(explanationOf(found)).toMatchObject({ code: 'ERR_EXPAND_RESTRICTED' })
  })

  test('of no request is none', async () => {
    for (const subject of [undefined, {}])
      expect((await read('Open', [at('S.Orders'), 'x'], { changes: { subject } })).isSame).toBe(
        true
      )
  })
})

describe('a draft that a path begins with', () => {
  const counted: { ref: unknown[]; where?: unknown[] }[] = []
  let numbers: number[] = []
  const run = jest.spyOn(cds, 'run')
  beforeEach(() => {
    counted.length = 0
    run.mockImplementation((query: unknown) => {
      const { from, where } = (query as { SELECT: { from: { ref: unknown[] }; where: unknown[] } })
        .SELECT
      counted.push({ ref: from.ref, where })
      return Promise.resolve({ n: numbers.shift() ?? 0 }) as never
    })
  })
  afterAll(() => run.mockRestore())

  const ADMIN = { name: 'S.DraftAdministrativeData' }
  const draft = {
    name: 'S.Orders.drafts',
    kind: 'entity',
    isDraft: true,
    actives: entity('Orders')
  }
  const follow = (
    found: number[],
    ref: unknown[] | undefined,
    target: object | undefined,
    of?: typeof draft
  ) => {
    numbers = found
    const request = requestOf(['Plant'], { subject: ref && { ref }, target })
    return ownDraftIf(request, of).then(
      (condition) => condition ?? 200,
      (error: unknown) => {
        expect(error).toMatchObject({ message: 'Not Found' })
        return (error as { status: number }).status
      }
    )
  }
  const where = [{ ref: ['InProcessByUser'] }, '=', { val: 'alice' }]
  const OWN = { xpr: ['exists', { ref: [{ id: 'DraftAdministrativeData', where }] }] }

  test('is his own', async () => {
    const path = [at('S.Orders.drafts'), 'items']
    expect(await follow([1], path, entity('Items'), draft)).toEqual(OWN)
    expect(counted).toEqual([{ ref: [at('S.Orders.drafts')], where: [OWN] }])
  })

  test('is not that of somebody else', async () => {
    expect(await follow([0, 1], [at('S.Orders.drafts'), 'items'], entity('Items'), draft)).toBe(404)
    expect(await follow([0, 1], [at('S.Orders.drafts'), 'items'], undefined, draft)).toBe(404)
    expect(await follow([0, 1], [at('S.Orders.drafts'), 'items'], ADMIN)).toBe(404)
    for (const ref of [undefined, []]) expect(await follow([0], ref, undefined, draft)).toBe(404)
    expect(counted.map(({ ref }) => ref.length)).toEqual([1, 1, 1, 1, 1])
  })

  test('may be that of somebody else for who edits a record that he may read', async () => {
    const path = [at('S.Orders.drafts'), 'DraftAdministrativeData']
    expect(await follow([0, 1], path, ADMIN, draft)).toBe(200)
    expect(counted[1]).toEqual({ ref: [at('S.Orders')], where: [PLANT] })
    expect(await follow([0, 0], path, ADMIN, draft)).toBe(404)
    const byPlant = { id: 'S.Orders.drafts', where: [{ ref: ['plant'] }, '=', { val: '1710' }] }
    for (const first of ['S.Orders.drafts', { id: 'S.Orders.drafts' }, byPlant])
      expect(await follow([0, 1], [first, 'x'], ADMIN, draft)).toBe(404)
  })

  test('is asked for once on a path', async () => {
    numbers = [1]
    const next: object = {
      get _target() {
        return definition
      }
    }
    const definition = { ...entity('Orders'), ...draft, elements: { next } }
    const drafts = { ...model.definitions, 'S.Orders.drafts': definition }
    const path = [at('S.Orders.drafts'), at('next'), 'x']
    const request = requestOf(['Plant'], { subject: { ref: path }, target: entity('Open') })
    request.query = { SELECT: { from: { ref: path } } }
    const service = { model: { definitions: drafts }, run: () => Promise.resolve() }
    await restrictRead(service, request, entity('Open'))
    expect(counted).toHaveLength(1)
    const filter = [{ xpr: ID(1) }, 'and', OWN]
    expect(request.query.SELECT?.from?.ref).toEqual([
      ...[{ id: 'S.Orders.drafts', where: filter }, at('next'), 'x']
    ])
  })
})
