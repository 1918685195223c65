import cds from '@sap/cds'

import {
  isOfUser,
  permissionFor,
  permissionForAction
} from '../../../../src/restrictions/model/permission.js'
import type {
  Model,
  RestrictedDefinition,
  Restriction
} from '../../../../src/restrictions/model/definition.js'

const EVENTS = ['READ', 'CREATE', 'UPDATE', 'UPSERT', 'DELETE'] as const
const WRITES = EVENTS.slice(1)

/** An entity with these annotations, as CAP has it. */
function entity(annotations: string, actions = ''): RestrictedDefinition {
  const csn = cds.compile(`
    service S {
      ${annotations}
      entity E { key ID : Integer; level : Integer; region : String } actions { action free(); ${actions} };
    }`)
  const { definitions } = cds.compile.for.nodejs(csn as never) as unknown as Model
  return definitions['S.E'] as RestrictedDefinition
}

const user = (...roles: string[]) => ({ is: (role: string) => ['any', ...roles].includes(role) })

/** "always", "never", or the conditions of which one has to be true. */
function verdict(definition: RestrictedDefinition, event: string, ...roles: string[]) {
  const permission = permissionFor(definition, event, user(...roles))
  return typeof permission === 'string' ? permission : permission.map(({ to }) => to)
}

function verdicts(definition: RestrictedDefinition, ...roles: string[]) {
  return Object.fromEntries(EVENTS.map((event) => [event, verdict(definition, event, ...roles)]))
}
const all = (permission: string) => Object.fromEntries(EVENTS.map((event) => [event, permission]))

describe('@requires alone, where the entity is written through its parent', () => {
  test.each(EVENTS)('%s needs the role', (event) => {
    const required = entity("@requires: 'R'")
    expect(verdict(required, event)).toBe('never')
    expect(verdict(required, event, 'Other')).toBe('never')
    expect(verdict(required, event, 'R')).toBe('always')
  })

  test('one of two roles is enough', () => {
    const required = entity("@requires: ['R', 'S']")
    expect(verdicts(required, 'R')).toEqual(all('always'))
    expect(verdicts(required, 'S')).toEqual(all('always'))
    expect(verdicts(required, 'T')).toEqual(all('never'))
  })

  test('an empty list is for nobody', () => {
    expect(verdicts(entity('@requires: []'), 'R')).toEqual(all('never'))
  })

  test('no annotation at all, and null, ask for nothing', () => {
    for (const none of ['', '@requires: null', '@restrict: null'])
      expect([none, verdicts(entity(none))]).toEqual([none, all('always')])
  })

  test('both count where both are there', () => {
    const both = entity("@requires: 'R' @restrict: [{ grant: 'READ', to: 'S' }]")
    expect(verdict(both, 'READ', 'S')).toBe('never')
    expect(verdict(both, 'READ', 'R')).toBe('never')
    expect(verdict(both, 'READ', 'R', 'S')).toBe('always')
  })
})

describe('@restrict', () => {
  test('WRITE grants every write, and no read', () => {
    const restricted = entity("@restrict: [{ grant: 'WRITE', to: 'R' }]")
    expect(verdict(restricted, 'READ', 'R')).toBe('never')
    for (const event of WRITES)
      expect([event, verdict(restricted, event, 'R')]).toEqual([event, 'always'])
    expect(verdict(restricted, 'free', 'R')).toBe('never')
  })

  test.each(EVENTS)('%s grants itself only', (grant) => {
    const restricted = entity(`@restrict: [{ grant: '${grant}', to: 'R' }]`)
    expect(verdicts(restricted, 'R')).toEqual({ ...all('never'), [grant]: 'always' })
    expect(verdicts(restricted)).toEqual(all('never'))
  })

  test('a list grants each of its events', () => {
    const restricted = entity("@restrict: [{ grant: ['READ', 'DELETE'], to: ['R', 'S'] }]")
    for (const role of ['R', 'S']) {
      expect(verdicts(restricted, role)).toEqual({
        ...all('never'),
        READ: 'always',
        DELETE: 'always'
      })
    }
  })

  test.each(["grant: '*', to: 'R'", "to: 'R'"])('%s grants everything', (restriction) => {
    const restricted = entity(`@restrict: [{ ${restriction} }]`)
    expect(verdicts(restricted, 'R')).toEqual(all('always'))
    expect(verdict(restricted, 'free', 'R')).toBe('always')
    expect(verdicts(restricted)).toEqual(all('never'))
  })

  test('without a role it is for everybody', () => {
    expect(verdict(entity("@restrict: [{ grant: 'READ' }]"), 'READ')).toBe('always')
  })

  test.each(['', '{ grant: [] }', '{ to: [] }', "{ grant: [], to: 'R' }, { grant: [] }"])(
    'that grants nothing is for nobody: [%s]',
    (restrictions) => {
      const restricted = entity(`@restrict: [${restrictions}]`)
      expect(verdicts(restricted, 'R')).toEqual(all('never'))
      expect(verdict(restricted, 'free', 'R')).toBe('never')
    }
  )

  test('that names nothing but actions does not restrict the entity otherwise', () => {
    const restricted = entity("@restrict: [{ grant: 'free', to: 'R' }]")
    expect(verdicts(restricted)).toEqual(all('always'))
    expect(verdict(restricted, 'free')).toBe('never')
    expect(verdict(restricted, 'free', 'R')).toBe('always')
  })

  test('that names an action and an event restricts the entity', () => {
    const restricted = entity("@restrict: [{ grant: ['free', 'READ'], to: 'R' }]")
    expect(verdicts(restricted, 'R')).toEqual({ ...all('never'), READ: 'always' })
  })

  test('conditions are returned, unless a restriction without one applies', () => {
    const restricted = entity(`@restrict: [
      { grant: 'READ', to: 'A', where: (level > 1) }, { grant: 'READ', to: 'B', where: (level > 2) },
      { grant: 'READ', to: 'C' }, { grant: 'UPDATE', to: 'A' }]`)
    expect(verdict(restricted, 'READ', 'A')).toEqual(['A'])
    expect(verdict(restricted, 'READ', 'A', 'B')).toEqual(['A', 'B'])
    expect(verdict(restricted, 'READ', 'A', 'C')).toBe('always')
    expect(verdict(restricted, 'READ', 'D')).toBe('never')
  })
})

describe('actions of an entity', () => {
  const forAction = (definition: RestrictedDefinition, name: string, ...roles: string[]) => {
    const permission = permissionForAction(definition, name, user(...roles))
    return typeof permission === 'string' ? permission : permission.map(({ to }) => to)
  }
  const OWN = "@restrict: [{ to: 'O' }] action own();"

  test('that nothing restricts are for everybody', () => {
    expect(forAction(entity('', OWN), 'free')).toBe('always')
    expect(forAction(entity(''), 'unknown')).toBe('always')
  })

  test('have restrictions of their own', () => {
    expect(forAction(entity('', OWN), 'own')).toBe('never')
    expect(forAction(entity('', OWN), 'own', 'O')).toBe('always')
  })

  test('have those of the entity, if these grant them', () => {
    const restricted = entity(
      "@restrict: [{ grant: 'free', to: 'F' }, { grant: 'READ', to: 'R' }, { to: 'All' }]",
      OWN
    )
    expect(forAction(restricted, 'free', 'F')).toBe('always')
    expect(forAction(restricted, 'free', 'R', 'O')).toBe('never')
    expect(forAction(restricted, 'own', 'F', 'R')).toBe('never')
    expect(forAction(restricted, 'own', 'O')).toBe('always')
    for (const name of ['free', 'own', 'unknown']) {
      expect([name, forAction(restricted, name, 'All')]).toEqual([name, 'always'])
    }
    expect(forAction(restricted, 'unknown', 'F')).toBe('never')
  })

  test('are no writes', () => {
    expect(forAction(entity("@restrict: [{ grant: 'WRITE', to: 'R' }]"), 'free', 'R')).toBe('never')
  })

  test('have conditions of the entity', () => {
    const restricted = entity("@restrict: [{ grant: 'free', to: 'F', where: (level > 1) }]")
    expect(forAction(restricted, 'free', 'F')).toEqual(['F'])
  })
})

test('a condition is one of the user if it uses $user', () => {
  const of = (where?: Restriction['where']) => isOfUser(where === undefined ? {} : { where })
  expect(of('region = $user.region')).toBe(true)
  expect(of([{ ref: ['$user', 'region'] }, '=', { ref: ['region'] }] as never)).toBe(true)
  expect(of('level > 1')).toBe(false)
  expect(of()).toBe(false)
})
