import { evaluate, type Situation } from '../../../../src/restrictions/condition/evaluate.js'
import { parseCondition } from '../../../../src/restrictions/condition/parse.js'
import { UnsafeCondition } from '../../../../src/restrictions/condition/unsafe.js'
import { tokensOf } from '../../../../src/restrictions/model/compiled.js'

const truth = (condition: string, situation: Situation) =>
  evaluate(parseCondition(tokensOf(condition)), situation)
const factsWith = (attr: object) => ({ id: 'alice', tenant: 't1', attr })

test('one value that two attributes have in common is enough', () => {
  const facts = factsWith({ x: ['1', '2'], y: ['2', '3', '4'], z: ['5', '6'] })
  expect(truth('$user.x = $user.y', { facts })).toBe(true)
  expect(truth('$user.y = $user.x', { facts })).toBe(true)
  expect(truth('$user.x <> $user.y', { facts })).toBe(false)
  expect(truth('$user.x = $user.z', { facts })).toBe(false)
  expect(truth('$user.x <> $user.z', { facts })).toBe(true)
})

test('the same patterns of a user are another thing for each function, and each escape character', () => {
  const facts = factsWith({ x: ['Ber', 'x!%'] })
  const holds = (condition: string, name: string) => truth(condition, { facts, row: { name } })
  expect(holds('startswith(name, $user.x)', 'Berlin')).toBe(true)
  expect(holds('endswith(name, $user.x)', 'Berlin')).toBe(false)
  expect(holds('name like $user.x', 'Berlin')).toBe(false)
  expect(holds('name like $user.x', 'x!y')).toBe(true)
  expect(holds("name like $user.x escape '!'", 'x!y')).toBe(false)
  expect(holds('contains(name, $user.x)', 'in Bern')).toBe(true)
})

test('an attribute with something that is no value is neither null nor not', () => {
  for (const x of [{}, ['', {}], [['1010']], '\ud800']) {
    const facts = factsWith({ x, y: '1010', z: { x } })
    for (const condition of [
      '$user.x is null',
      '$user.x = null',
      '$user.x == null',
      '$user.z.x is null'
    ])
      for (const written of [condition, `not (${condition})`])
        expect([x, written, truth(written, { facts })]).toEqual([x, written, undefined])
    expect(truth('$user.x != null', { facts })).toBeUndefined()
    expect(truth('$user.x is null or $user.y is not null', { facts })).toBe(true)
  }
  const facts = factsWith({ x: ['1010', {}], org: [{ plant: '1010' }] })
  expect(truth('$user.x is null', { facts })).toBe(false)
  expect(truth('$user.org.plant is null', { facts })).toBeUndefined()
})

test('the values of one user are not those of another one', () => {
  const condition = 'name = $user.x'
  const row = { name: 'a' }
  expect(truth(condition, { facts: factsWith({ x: 'a' }), row })).toBe(true)
  expect(truth(condition, { facts: factsWith({ x: 'b' }), row })).toBe(false)
})

test('elements are texts where no types are known, and null where the record has none', () => {
  const facts = factsWith({ x: ['05'] })
  expect(truth('code = $user.x', { facts, row: { code: '05' } })).toBe(true)
  expect(truth('code = $user.x', { facts, row: { code: '5' } })).toBe(false)
  expect(truth('code is null', { facts, row: {} })).toBe(true)
  expect(truth('code == $user.x', { facts, row: {} })).toBe(false)
  expect(truth('code = $user.x', { facts, row: {} })).toBeUndefined()
})

test('what only a database can evaluate has an advice', () => {
  const facts = factsWith({})
  const refused = () => truth('site.name = 1', { facts, row: {} })
  expect(refused).toThrow(
    new UnsafeCondition(
      'only a database can evaluate it',
      'compare elements of the entity itself with $user or constants'
    )
  )
  const word = () => evaluate({ kind: 'null', value: ['name'], tokens: [] }, { facts, row: {} })
  expect(word).toThrow(UnsafeCondition)
})
