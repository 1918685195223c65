import cds from '@sap/cds'

import { at, type Refused, Served, type Service } from '../support/served.js'

/** A grant for every event and level is a role of its own, with and without a condition. */
const grants = (level: string) =>
  ['CREATE', 'UPDATE', 'DELETE'].flatMap((event) => [
    `{ grant: '${event}', to: '${event} ${level}' }`,
    `{ grant: '${event}', to: '${event} own ${level}', where: (plant = $user.plant) }`,
    `{ grant: '${event}', to: '${event} open ${level}', where: (text = 'open') }`
  ])
const restricted = (level: string) =>
  `@restrict: [ { grant: 'READ', to: 'any' }, ${grants(level).join(', ')} ]`

const MODEL = `
entity db.Orders { key ID : Integer; text : String; plant : String; items : Composition of many db.Items on items.order = $self; }
entity db.Items { key ID : Integer; order : Association to db.Orders; text : String; plant : String;
  parts : Composition of many db.Parts on parts.item = $self; notes : Composition of many { key pos : Integer; text : String }; }
entity db.Parts { key ID : Integer; item : Association to db.Items; text : String; plant : String; }
service S {
  @restrict: [{ grant: '*', to: 'any' }] entity Orders as projection on db.Orders;
  ${restricted('items')} entity Items as projection on db.Items;
  ${restricted('parts')} entity Parts as projection on db.Parts;
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL)
  const item = (ID: number, plant: string, ...parts: object[]) => ({
    ID,
    plant,
    text: 'open',
    parts
  })
  await cds.run(
    INSERT.into('db.Orders').entries(
      {
        ID: 1,
        items: [
          item(1, '1010', { ID: 1, plant: '1010' }),
          item(2, '1710', { ID: 2, plant: '1710' })
        ]
      },
      { ID: 2, items: [{ ...item(3, '1010'), text: 'closed' }] }
    )
  )
})

type Write = (tx: Service) => Promise<unknown>
const items =
  (...entries: object[]): Write =>
  (tx) =>
    tx.run(UPDATE.entity(at('S.Orders', 1)).with({ items: entries }))
const create =
  (...entries: object[]): Write =>
  (tx) =>
    tx.run(INSERT.into('S.Orders').entries({ ID: 9, items: entries }))

/** What somebody with a role for items (or parts) gets: 200, or the text of the refusal. */
async function outcome(roles: string[], write: Write): Promise<unknown> {
  const result = await served.as({ roles, attr: { plant: ['1010'] } }, write)
  const { status, code, message } = (result ?? {}) as Refused
  if (status !== undefined) expect([status, code]).toEqual([403, 'ERR_WRITE_RESTRICTED'])
  return status === undefined ? 200 : message
}
const NO_ROLE = 'No role permits what is written below the record.'
const HIDDEN = 'You would not be allowed to see, or may not change, what is below the record.'
const NO_DELETE = 'No role permits to delete what is below the record.'
const FOREIGN = 'You may not change this record.'

const ONE = { ID: 1, plant: '1010', text: 'open' }
const TWO = { ID: 2, plant: '1710', text: 'open' }

describe('below a record that anybody may change', () => {
  test.each<[string, string[], Write, unknown]>([
    ['nothing changes', [], items(ONE, TWO), 200],
    ['nothing changes, as keys say', [], items({ ID: 1 }, { ID: 2 }), 200],
    ['one is new', [], items(ONE, TWO, { ID: 7, plant: '1010' }), NO_ROLE],
    ['one is new', ['CREATE items'], items(ONE, TWO, { ID: 7 }), 200],
    [
      'one is new, of the plant',
      ['CREATE own items'],
      items(ONE, TWO, { ID: 7, plant: '1010' }),
      200
    ],
    [
      'one is new, of another plant',
      ['CREATE own items'],
      items(ONE, TWO, { ID: 7, plant: '1710' }),
      HIDDEN
    ],
    [
      'one is new, by a condition without the user',
      ['CREATE open items'],
      items(ONE, TWO, { ID: 7 }),
      200
    ],
    ['one is changed', [], items({ ...ONE, text: 'x' }, TWO), NO_ROLE],
    ['one is changed', ['UPDATE items'], items({ ...ONE, text: 'x' }, TWO), 200],
    ['one is changed, of the plant', ['UPDATE own items'], items({ ...ONE, text: 'x' }, TWO), 200],
    [
      'one is changed, of another plant',
      ['UPDATE own items'],
      items(ONE, { ...TWO, text: 'x' }),
      HIDDEN
    ],
    ['one is moved away', ['UPDATE own items'], items({ ...ONE, plant: '1710' }, TWO), HIDDEN],
    [
      'one is moved away, by who may all',
      ['UPDATE items'],
      items({ ...ONE, plant: '1710' }, TWO),
      200
    ],
    [
      'one is closed, which was open',
      ['UPDATE open items'],
      items({ ...ONE, text: 'closed' }, TWO),
      200
    ],
    ['one is left out', [], items(TWO), NO_ROLE],
    ['one is left out, of the plant', ['DELETE own items', 'DELETE parts'], items(TWO), 200],
    ['one is left out, of another plant', ['DELETE own items', 'DELETE parts'], items(ONE), HIDDEN],
    ['one is left out, with what is below it', ['DELETE items'], items(TWO), NO_DELETE],
    ['one is left out, with what is his', ['DELETE items', 'DELETE own parts'], items(TWO), 200],
    [
      'one is left out, with what is not',
      ['DELETE items', 'DELETE own parts'],
      items(ONE),
      FOREIGN
    ],
    ['all are left out', ['DELETE items', 'DELETE parts'], items(), 200],
    [
      'one is replaced by another',
      ['CREATE items', 'DELETE items', 'DELETE parts'],
      items(ONE, { ID: 8 }),
      200
    ],
    ['one is replaced by another', ['DELETE items', 'DELETE parts'], items(ONE, { ID: 8 }), NO_ROLE]
  ])('%s, with roles %j', async (_, roles, write, expected) => {
    expect(await outcome(roles, write)).toBe(expected)
  })
})

describe('two levels below', () => {
  const parts = (...entries: object[]) => items({ ...ONE, parts: entries }, TWO)
  const PART = { ID: 1, plant: '1010' }

  test.each<[string, string[], Write, unknown]>([
    ['nothing changes', [], parts(PART), 200],
    ['one is new', [], parts(PART, { ID: 7 }), NO_ROLE],
    ['one is new', ['CREATE own parts'], parts(PART, { ID: 7, plant: '1010' }), 200],
    [
      'one is new, and another item is not in the data',
      ['CREATE own parts', 'DELETE items', 'DELETE parts'],
      items({ ...ONE, parts: [PART, { ID: 7, plant: '1010' }] }),
      200
    ],
    ['one is new, elsewhere', ['CREATE own parts'], parts(PART, { ID: 7, plant: '1710' }), HIDDEN],
    ['one is changed', ['UPDATE own parts'], parts({ ...PART, text: 'x' }), 200],
    ['one is changed without a role', [], parts({ ...PART, text: 'x' }), NO_ROLE],
    ['one is left out', ['DELETE own parts'], parts(), 200],
    ['one is left out without a role', [], parts(), NO_ROLE]
  ])('%s, with roles %j', async (_, roles, write, expected) => {
    expect(await outcome(roles, write)).toBe(expected)
  })

  test('parts without restrictions are as open as what they belong to', async () => {
    const notes = items({ ...ONE, notes: [{ pos: 1 }] }, TWO)
    expect(await outcome([], notes)).toBe(200)
  })
})

describe('a new record', () => {
  test.each<[string, string[], Write, unknown]>([
    ['without anything below', [], create(), 200],
    ['with something', [], create(ONE), NO_ROLE],
    ['with something of the plant', ['CREATE own items'], create({ ID: 7, plant: '1010' }), 200],
    [
      'with something of another plant',
      ['CREATE own items'],
      create({ ID: 7, plant: '1710' }),
      HIDDEN
    ],
    [
      'with two levels',
      ['CREATE items', 'CREATE own parts'],
      create({ ID: 7, parts: [{ ID: 7, plant: '1010' }] }),
      200
    ],
    [
      'with two levels, one elsewhere',
      ['CREATE items', 'CREATE own parts'],
      create({ ID: 7, parts: [{ ID: 7, plant: '1710' }] }),
      HIDDEN
    ]
  ])('%s, with roles %j', async (_, roles, write, expected) => {
    expect(await outcome(roles, write)).toBe(expected)
  })
})

test('several records are looked at, if one of them has something below', async () => {
  const [without, one] = [{ ID: 8 }, { ID: 9, items: [{ ID: 7, plant: '1710' }] }]
  for (const entries of [
    [without, one],
    [one, without]
  ]) {
    const write: Write = (tx) => tx.run(INSERT.into('S.Orders').entries(entries))
    expect(await outcome([], write)).toBe(NO_ROLE)
    expect(await outcome(['CREATE own items'], write)).toBe(HIDDEN)
    expect(await outcome(['CREATE items'], write)).toBe(200)
  }
})
