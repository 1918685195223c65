import cds from '@sap/cds'

import { at, type Caller, type Refused, Served, type Service } from '../support/served.js'

const MODEL = `
entity db.Orders { key ID : Integer; plant : String; title : String default 'new'; status : String; level : Integer;
  site : Association to db.Sites; }
entity db.Own { key ID : Integer; plant : String; title : String; level : Integer; site : Association to db.Sites; }
entity db.Sites { key ID : Integer; plant : String; }
entity db.Pairs { key a : Integer; key b : Integer; plant : String; text : String; }
service S {
  @restrict: [
    { grant: '*', to: 'Plant', where: (plant = $user.plant) },
    { grant: ['READ', 'CREATE', 'UPSERT'], to: 'Opener', where: (plant = $user.plant) },
    { grant: 'UPDATE', to: 'Opener', where: (plant = $user.plant) },
    { grant: ['UPDATE', 'UPSERT'], to: 'Opener', where: (status = 'open') },
    { grant: '*', to: 'Site', where: (site.plant = $user.plant) },
    { grant: '*', to: 'Level', where: (plant = $user.plant and level < 5) },
    { grant: 'READ', to: 'Reader' },
    { grant: '*', to: 'All' },
    { grant: ['READ', 'UPDATE', 'UPSERT'], to: 'Status', where: (status = 'open') }
  ]
  entity Orders as projection on db.Orders;
  entity Sites as projection on db.Sites;
  @restrict: [
    { grant: '*', to: 'Plant', where: (plant = $user.plant) },
    { grant: '*', to: 'Site', where: (site.plant = $user.plant) },
    { grant: '*', to: 'Level', where: (plant = $user.plant and level < 5) }
  ]
  entity Own as projection on db.Own;
  @restrict: [ { grant: '*', to: 'Plant', where: (plant = $user.plant) } ]
  entity Pairs as projection on db.Pairs;
  @cds.redirection.target: false
  @restrict: [ { grant: '*', to: 'Plant', where: (plant = $user.plant) } ]
  entity Keyless as projection on db.Orders { ID, plant, title };
}`

/** What a handler of the application does to an order, by its title. */
const HANDLERS: Record<string, (data: Record<string, unknown>) => void> = {
  'moved here': (data) => (data.plant = '1010'),
  'moved away': (data) => (data.plant = '1710'),
  'without key': (data) => delete data.ID
}

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL, function (this: cds.ApplicationService) {
    this.before(
      ['CREATE', 'UPDATE'],
      ['Orders', 'Own'],
      ({ data }: { data: Record<string, unknown> }) => {
        HANDLERS[String(data.title)]?.(data)
      }
    )
    this.on('UPDATE', ['Orders', 'Own'], ({ data }: { data: Record<string, unknown> }, next) => {
      if (data.title === 'moved later') data.plant = '1710'
      if (data.title === 'kept later') data.title = 'kept'
      return (next as () => unknown)()
    })
    this.on(['CREATE', 'UPDATE', 'UPSERT'], 'Keyless', () => 'written elsewhere')
    this.on(['CREATE', 'UPDATE'], 'Orders', ({ data }: { data: { title?: string } }, next) =>
      data.title === 'nowhere' ? data : (next as () => unknown)()
    )
  })
  await cds.run(INSERT.into('db.Sites').entries({ ID: 1, plant: '1010' }, { ID: 2, plant: '1710' }))
  await cds.run(
    INSERT.into('db.Orders').entries(
      { ID: 1, plant: '1010', status: 'open', level: 1, site_ID: 1 },
      { ID: 2, plant: '1710', status: 'open', level: 1, site_ID: 2 },
      { ID: 3, plant: '1010', status: 'closed', level: 9, site_ID: 2 },
      { ID: 4, plant: '1010', status: 'closed', level: 4, site_ID: 1 }
    )
  )
  const own = { plant: '1010', site_ID: 1 }
  await cds.run(
    INSERT.into('db.Own').entries({ ID: 1, ...own, level: 1 }, { ID: 2, ...own, level: 4 })
  )
  await cds.run(
    INSERT.into('db.Pairs').entries({ a: 1, b: 1, plant: '1010' }, { a: 1, b: 2, plant: '1710' })
  )
})

const who = (...roles: string[]): Caller => ({ roles, attr: { plant: ['1010'] } })
type Write = (tx: Service) => Promise<unknown>

/** 200, or the status and the text of the refusal. */
async function outcome(caller: Caller, write: Write): Promise<unknown> {
  const result = await served.as(caller, write)
  const { status, message } = (result ?? {}) as Refused
  return message === undefined ? 200 : [Number(status), message] // an order has a status, too
}
const HIDDEN = [403, 'You would not be allowed to see what you write.']
const NO_KEY = [403, 'The new record has no key.']
const UNCHECKED = [403, 'What is written can not be checked.']

const create =
  (...entries: object[]): Write =>
  (tx) =>
    tx.run(INSERT.into('S.Orders').entries(entries.map((entry, n) => ({ ID: 10 + n, ...entry }))))
const update =
  (ID: number, data: object): Write =>
  (tx) =>
    tx.run(UPDATE.entity(at('S.Orders', ID)).with(data))
const updateAll =
  (data: object, where?: object): Write =>
  (tx) => {
    const query = UPDATE.entity('S.Own').with(data)
    return tx.run(where ? query.where(where) : query)
  }
const upsert =
  (...entries: object[]): Write =>
  (tx) =>
    tx.run(UPSERT.into('S.Orders').entries(entries))

describe('a new record', () => {
  test.each<[string, string, Write, unknown]>([
    ['of the plant', 'Plant', create({ plant: '1010' }), 200],
    ['of another plant', 'Plant', create({ plant: '1710' }), HIDDEN],
    ['of no plant', 'Plant', create({}), HIDDEN],
    ['of null', 'Plant', create({ plant: null }), HIDDEN],
    ['next to one of another plant', 'Plant', create({ plant: '1010' }, { plant: '1710' }), HIDDEN],
    ['of another plant, for whom all are open', 'All', create({ plant: '1710' }), 200],
    ['that a handler moves to the plant', 'Plant', create({ title: 'moved here' }), 200],
    ['that a handler moves away', 'Plant', create({ plant: '1010', title: 'moved away' }), HIDDEN],
    ['with two conditions', 'Level', create({ plant: '1010', level: 4 }), 200],
    ['that fulfils one of two conditions', 'Level', create({ plant: '1010', level: 5 }), HIDDEN],
    ['that lacks one of them', 'Level', create({ plant: '1010' }), HIDDEN],
    ['at a site of the plant', 'Site', create({ site_ID: 1 }), 200],
    ['at another site', 'Site', create({ site_ID: 2 }), HIDDEN],
    ['at none', 'Site', create({}), HIDDEN],
    ['without a role', 'Reader', create({ plant: '1010' }), [403, expect.anything()]],
    ['that is written elsewhere', 'Plant', create({ plant: '1010', title: 'nowhere' }), 200],
    [
      'that is written elsewhere, and would need a look at it',
      'Site',
      create({ site_ID: 1, title: 'nowhere' }),
      UNCHECKED
    ],
    ['that loses its key', 'Site', create({ site_ID: 1, title: 'without key' }), NO_KEY]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(who(role), write)).toEqual(expected)
  })

  test.each([undefined, [], '', null])('of a user with the plants %j', async (plant) => {
    expect(await outcome({ roles: ['Plant'], attr: { plant } }, create({ plant: '1010' }))).toEqual(
      HIDDEN
    )
  })
})

describe('a record that is changed', () => {
  const NOT_FOUND = [404, expect.anything()]

  test.each<[string, string, Write, unknown]>([
    ['stays in the plant', 'Plant', update(1, { title: 'x' }), 200],
    ['is set to the same plant', 'Plant', update(1, { plant: '1010' }), 200],
    ['is moved away', 'Plant', update(1, { plant: '1710' }), HIDDEN],
    ['loses the plant', 'Plant', update(1, { plant: null }), HIDDEN],
    ['is of another plant', 'Plant', update(2, { plant: '1010' }), NOT_FOUND],
    ['is moved away by a handler', 'Plant', update(1, { title: 'moved away' }), HIDDEN],
    ['is moved away when it is written', 'Plant', update(1, { title: 'moved later' }), HIDDEN],
    ['is changed when it is written', 'Plant', update(1, { title: 'kept later' }), 200],
    ['is moved away where the user may see all', 'All', update(1, { plant: '1710' }), 200],
    ['could be changed as it was', 'Opener', update(1, { plant: '1710' }), 200],
    ['becomes anything', 'Opener', update(1, { plant: '1710', status: 'closed' }), 200],
    ['could not be changed as it was', 'Opener', update(3, { plant: '1710' }), HIDDEN],
    ['could be changed as it was, elsewhere', 'Opener', update(2, { title: 'x' }), 200],
    ['could be changed as it was only', 'Status', update(1, { status: 'closed' }), 200],
    ['is moved to another site', 'Site', update(1, { site_ID: 2 }), HIDDEN],
    ['is moved to no site', 'Site', update(1, { site_ID: null }), HIDDEN],
    ['stays at its site', 'Site', update(1, { title: 'x' }), 200],
    ['is below the limit still', 'Level', update(1, { level: 4 }), 200],
    ['is above the limit', 'Level', update(1, { level: 5 }), HIDDEN],
    ['has no level any more', 'Level', update(1, { level: null }), HIDDEN],
    ['was above it', 'Level', update(3, { level: 1 }), NOT_FOUND]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(who(role), write)).toEqual(expected)
  })

  test('by an expression is looked at afterwards', async () => {
    const level = (xpr: unknown[]): Write => update(1, { level: { xpr } })
    const plus = (val: number) => [{ ref: ['level'] }, '+', { val }]
    expect(await outcome(who('Level'), level(plus(1)))).toBe(200)
    expect(await outcome(who('Level'), level(plus(7)))).toEqual(HIDDEN)
  })
})

describe('many records that are changed at once', () => {
  test.each<[string, string, Write, unknown]>([
    ['stay in the plant', 'Plant', updateAll({ title: 'x' }), 200],
    ['are set to the same plant', 'Plant', updateAll({ plant: '1010' }), 200],
    ['are moved away', 'Plant', updateAll({ plant: '1710' }), HIDDEN],
    ['are moved away, one of them', 'Plant', updateAll({ plant: '1710' }, { ID: 1 }), HIDDEN],
    ['are none', 'Plant', updateAll({ plant: '1710' }, { ID: 99 }), HIDDEN],
    ['are below the limit', 'Level', updateAll({ level: 2 }, { level: 4 }), 200],
    ['are above the limit', 'Level', updateAll({ level: 7 }, { level: 4 }), HIDDEN],
    ['are moved away, and below the limit', 'Level', updateAll({ plant: '1710' }), HIDDEN],
    ['stay at their site', 'Site', updateAll({ title: 'x' }), 200],
    ['are moved to another site', 'Site', updateAll({ site_ID: 2 }), HIDDEN],
    [
      'are moved to another site, one of them',
      'Site',
      updateAll({ site_ID: 2 }, { ID: 1 }),
      HIDDEN
    ],
    ['are moved by a handler', 'Plant', updateAll({ title: 'moved away' }), HIDDEN],
    ['are moved when they are written', 'Plant', updateAll({ title: 'moved later' }), NO_KEY],
    ['are set when they are written', 'Plant', updateAll({ title: 'kept later' }), 200]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(who(role), write)).toEqual(expected)
  })
})

describe('a record that is there or not', () => {
  test.each<[string, string, Write, unknown]>([
    ['is new, and of the plant', 'Plant', upsert({ ID: 9, plant: '1010' }), 200],
    ['is new, and of another plant', 'Plant', upsert({ ID: 9, plant: '1710' }), HIDDEN],
    ['is there', 'Plant', upsert({ ID: 1, title: 'x' }), 200],
    ['is there, and moved away', 'Plant', upsert({ ID: 1, plant: '1710' }), HIDDEN],
    ['is there, and of another plant', 'Plant', upsert({ ID: 2, plant: '1010' }), HIDDEN],
    [
      'is one of two, and the other one is of another plant',
      'Plant',
      upsert({ ID: 1, title: 'x' }, { ID: 9, plant: '1710' }),
      HIDDEN
    ],
    ['is one of two', 'Plant', upsert({ ID: 1, title: 'x' }, { ID: 9, plant: '1010' }), 200],
    ['is of a site', 'Site', upsert({ ID: 1, site_ID: 1 }, { ID: 9, site_ID: 1 }), 200],
    ['is of another site', 'Site', upsert({ ID: 9, site_ID: 2 }), HIDDEN],
    ['is open', 'Status', upsert({ ID: 2, status: 'closed' }), 200],
    ['is not open', 'Status', upsert({ ID: 3, status: 'open' }), HIDDEN],
    [
      'is one of two, and the other one is not open',
      'Status',
      upsert({ ID: 1 }, { ID: 3 }),
      HIDDEN
    ],
    ['is new, where others have to be open', 'Status', upsert({ ID: 9 }), 200],
    ['is of anybody', 'All', upsert({ ID: 2, plant: '9999' }), 200],
    ['nobody may change', 'Reader', upsert({ ID: 1, title: 'x' }), [403, expect.anything()]]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(who(role), write)).toEqual(expected)
  })
})

test('records with a key of two elements are told apart', async () => {
  const pairs =
    (...entries: object[]): Write =>
    (tx) =>
      tx.run(UPSERT.into('S.Pairs').entries(entries))
  const plant = '1010'
  expect(await outcome(who('Plant'), pairs({ a: 1, b: 1, text: 'x' }))).toBe(200)
  expect(await outcome(who('Plant'), pairs({ a: 1, b: 2, plant }))).toEqual(HIDDEN)
  expect(await outcome(who('Plant'), pairs({ a: 2, b: 1, plant }, { a: 2, b: 2, plant }))).toBe(200)
  expect(await outcome(who('Plant'), pairs({ a: 1, b: 1, plant }, { a: 1, b: 2, plant }))).toEqual(
    HIDDEN
  )
})

test('what a handler keeps elsewhere is judged by its data', async () => {
  const keyless =
    (write: object): Write =>
    (tx) =>
      tx.run(write)
  const insert = (plant: string) => INSERT.into('S.Keyless').entries({ ID: 50, plant })
  expect(await outcome(who('Plant'), keyless(insert('1010')))).toBe(200)
  expect(await outcome(who('Plant'), keyless(insert('1710')))).toEqual(HIDDEN)
})

test('what anybody may do is one query, and the number of queries does not depend on the data', async () => {
  const queriesOf = async (role: string, write: Write) => {
    expect(await outcome(who(role), write)).toBe(200)
    return served.queries.length
  }
  const one = await queriesOf('All', create({ plant: 'x' }))
  expect(await queriesOf('Plant', create({ plant: '1010' }))).toBeGreaterThan(one)
  const entries = [{ plant: '1010' }, { plant: '1010' }, { plant: '1010' }]
  expect(await queriesOf('Plant', create(...entries))).toBe(
    await queriesOf('Plant', create({ plant: '1010' }))
  )
})
