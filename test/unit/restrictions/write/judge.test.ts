import { judgedElements, judgeOf } from '../../../../src/restrictions/write/judge.js'
import { definitionIn, modelOf } from '../support/model.js'

const entity = definitionIn(
  modelOf(`entity Units { key ID : Integer; plant : String; level : Integer; title : String default 'new';
    stamp : Timestamp default $now; virtual shown : String; double : Integer = 2 * level; open : Boolean default false;
    made : String @cds.on.insert: $user; changed : String @cds.on.insert: $user @cds.on.update: $user;
    since : Timestamp @cds.on.insert: $now; site : Association to Sites; at { place : String; } } entity Sites { key ID : Integer; plant : String; }`),
  'Units'
)
const FACTS = { id: 'alice', tenant: 't1', attr: { plant: ['1010'], x: ['new', 'x'] } }
const judge = (...conditions: string[]) =>
  judgeOf(
    conditions.map((where) => ({ where })),
    entity,
    FACTS
  )

const OWN = 'plant = $user.plant'

test.each<[string, object, object | undefined, boolean]>([
  [OWN, { plant: '1010' }, undefined, true],
  [OWN, { plant: '1710' }, undefined, false],
  [OWN, {}, undefined, false],
  [OWN, {}, { plant: '1010' }, true],
  [OWN, { plant: '1710' }, { plant: '1010' }, false],
  [OWN, { plant: null }, { plant: '1010' }, false],
  ['title = $user.x', {}, undefined, true],
  ['title = $user.x', { title: 'old' }, undefined, false],
  ['title = $user.x', {}, { title: 'old' }, false],
  ['title = $user.x', {}, {}, false],
  ['open = false', {}, undefined, true],
  ['level is null', {}, undefined, true],
  ['level is null', { level: 1 }, undefined, false]
])('%s, for %j written to %j: %s', (condition, data, existing, expected) => {
  expect(judge(condition)(data, existing as never)).toBe(expected)
})

test.each([
  'site.plant = $user.plant',
  'exists site',
  'stamp > $user.since',
  'shown = $user.x',
  'double > $user.x',
  'other = 1'
])('only a database can say it for %s', (condition) => {
  const data = { plant: '1010', stamp: '2020-01-01T00:00:00Z', shown: 'x', double: 9, other: 1 }
  for (const conditions of [[condition], [OWN, condition], [condition, OWN]])
    expect(judge(...conditions)(data)).toBeUndefined()
  expect(judge(`${OWN} and ${condition}`)(data)).toBeUndefined()
})

const MADE = 'made = $user'
const CHANGED = 'changed = $user'

test.each<[string, object, object | undefined, boolean | undefined]>([
  [MADE, {}, undefined, true],
  [MADE, { made: undefined }, undefined, true],
  [`${OWN} and ${MADE}`, { plant: '1710' }, undefined, false],
  [`${OWN} or ${MADE}`, { plant: '1710' }, undefined, true],
  ['made <> $user', {}, undefined, false],
  ['since > $user.since', {}, undefined, undefined],
  ['since > $user.since', {}, { since: null }, false],
  [MADE, {}, { made: 'alice' }, true],
  [MADE, {}, { made: 'bob' }, false],
  [MADE, { made: 'alice' }, undefined, true],
  [MADE, { made: 'bob' }, undefined, false],
  [MADE, { made: null }, undefined, false],
  [CHANGED, {}, undefined, true],
  [CHANGED, {}, { changed: 'alice' }, true],
  [CHANGED, {}, { changed: 'bob' }, true],
  ['changed <> $user', {}, { changed: 'bob' }, false],
  [CHANGED, { changed: 'bob' }, { changed: 'alice' }, false],
  ['site_ID = 1', {}, { site_ID: 1 }, true],
  ['site_ID = 1', { site: { ID: 1 } }, { site_ID: 2 }, undefined],
  ['site_ID = 1', { site: null }, { site_ID: 1 }, undefined],
  ['site_ID = 1', { site: undefined }, { site_ID: 1 }, true],
  ['site_ID = 1', { site: { ID: 1 }, site_ID: 2 }, undefined, false],
  ['at_place = $user.x', { at: { place: 'x' } }, undefined, undefined],
  ['at_place = $user.x', { at: 'x' }, { at_place: 'x' }, true]
])(
  '%s, for %j written to %j, with values that the database sets: %s',
  (where, data, old, expected) => {
    expect(judge(where)(data, old as never)).toBe(expected)
  }
)

test('nobody sets values of records that are not in the database', () => {
  const elsewhere = Object.create(entity, {
    '@cds.persistence.skip': { value: true }
  }) as typeof entity
  const judged = (where: string) => judgeOf([{ where }], elsewhere, FACTS)
  expect(judged(MADE)({})).toBe(false)
  expect(judged(CHANGED)({}, { changed: 'alice' })).toBe(true)
})

test('one condition is enough, and each row is judged by itself', () => {
  const either = judge(OWN, 'level < 5')
  const verdicts = [{ plant: '1010' }, { level: 4 }, { level: 5 }, { plant: '1010' }, {}]
  expect(verdicts.map((data) => either(data))).toEqual([true, true, false, true, false])
})

test('the elements that conditions are about are those of the entity', () => {
  const elements = (...conditions: string[]) =>
    judgedElements(
      conditions.map((where) => ({ where })),
      entity
    )
  expect(elements(OWN, 'level < 5 and plant is not null')).toEqual(['plant', 'level'])
  expect(elements('site is null', OWN)).toEqual(['plant'])
  expect(elements(OWN, 'site.plant = $user.plant')).toEqual([])
  expect(elements('site.plant = $user.plant', OWN)).toEqual([])
  expect(elements('$user.plant is not null')).toEqual([])
})
