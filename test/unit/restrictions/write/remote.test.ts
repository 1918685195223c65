import cds from '@sap/cds'

import { at, type Caller, type Refused, Served, type Service } from '../support/served.js'

const MODEL = `
entity db.Store { key ID : Integer; plant : String; name : String default 'new'; level : Integer; }
@cds.external @cds.persistence.skip service Remote { entity Rows { key ID : Integer; plant : String; name : String default 'new'; level : Integer; parts : Composition of many Parts on parts.row = $self; }
  entity Parts { key ID : Integer; row : Association to Rows; } }
service S {
  @restrict: [
    { grant: '*', to: 'Plant', where: (plant = $user.plant) },
    { grant: ['UPDATE', 'mark'], to: 'Level', where: (plant = $user.plant and level < 5) },
    { grant: 'UPDATE', to: 'Level', where: (level = 9) },
    { grant: 'WRITE', to: 'Writer', where: (plant = $user.plant) },
    { grant: 'UPSERT', to: 'Writer', where: (plant = $user.plant) },
    { grant: 'UPSERT', to: 'Level', where: (level = 9) },
    { grant: 'READ', to: ['Reader', 'Writer', 'Level'] },
    { grant: '*', to: 'All' }
  ]
  entity Rows as projection on Remote.Rows { ID, plant, name, level } actions {
    action mark() returns String;
    @restrict: [{ to: 'Reader', where: 'plant <> $user.plant' }] action judge() returns String;
  };
  @cds.redirection.target: false
  @restrict: [{ grant: '*', to: 'Level', where: (level = 9) }, { grant: 'READ', to: 'Reader' }]
  entity Levels as projection on Remote.Rows { ID, plant, name, level } actions { action mark() returns String; };
}`

interface Read {
  readonly from: { readonly ref: unknown[] }
  readonly columns?: unknown
  readonly where?: unknown
  readonly one?: boolean
}

const written: string[] = []
let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL, function (this: cds.ApplicationService) {
    this.on('READ', ['Rows', 'Levels'], ({ query }) => {
      const { from, columns, where, one } = (query as unknown as { SELECT: Read }).SELECT
      const [first] = from.ref
      const ref = [typeof first === 'object' ? { ...first, id: 'db.Store' } : 'db.Store']
      return cds.run({ SELECT: { from: { ref }, columns, where, one } } as never)
    })
    this.on(['CREATE', 'UPDATE', 'UPSERT', 'DELETE', 'mark', 'judge'], ({ event }) => {
      written.push(event)
      return 'done'
    })
  })
  await cds.run(
    INSERT.into('db.Store').entries(
      { ID: 1, plant: '1010', level: 1 },
      { ID: 2, plant: '1710', level: 1 },
      { ID: 3, plant: '1010', level: 9 }
    )
  )
})
beforeEach(() => {
  written.length = 0
})

const who = (...roles: string[]): Caller => ({ roles, attr: { plant: ['1010'] } })
type Write = (tx: Service) => Promise<unknown>

/** 200, if it was written, or the status and the text of the refusal. */
async function outcome(caller: Caller, write: Write): Promise<unknown> {
  const result = await served.as(caller, write)
  const { status, message } = (result ?? {}) as Refused
  expect(written).toHaveLength(status === undefined ? 1 : 0)
  return status === undefined ? 200 : [Number(status), message]
}
const HIDDEN = [403, 'You would not be allowed to see what you write.']
const FOREIGN = [403, 'You may not change this record.']
const NOT_FOUND = [404, expect.anything()]
const KEY = [403, 'Name one record by its key.']

const run =
  (query: unknown): Write =>
  (tx) =>
    tx.run(query)
const create = (data: object) => run(INSERT.into('S.Rows').entries(data))
const update = (ID: number, data: object) => run(UPDATE.entity(at('S.Rows', ID)).with(data))
const upsert = (...entries: object[]) => run(UPSERT.into('S.Rows').entries(entries))
const act =
  (event: string, ID: number): Write =>
  (tx) =>
    tx.send({ event, query: SELECT.one.from(at('S.Rows', ID)) })

describe('records of another service', () => {
  test.each<[string, string, Write, unknown]>([
    ['are created', 'Plant', create({ ID: 9, plant: '1010' }), 200],
    ['are created elsewhere', 'Plant', create({ ID: 9, plant: '1710' }), HIDDEN],
    ['are created without a plant', 'Plant', create({ ID: 9 }), HIDDEN],
    ['are created by anybody', 'All', create({ ID: 9 }), 200],
    ['are changed', 'Plant', update(1, { name: 'x' }), 200],
    ['are changed elsewhere', 'Plant', update(2, { name: 'x' }), NOT_FOUND],
    ['are changed by who sees them', 'Writer', update(1, { name: 'x' }), 200],
    ['are changed elsewhere by who sees them', 'Writer', update(2, { name: 'x' }), FOREIGN],
    ['are moved', 'Plant', update(1, { plant: '1710' }), HIDDEN],
    ['are moved by who sees them', 'Writer', update(1, { plant: '1710' }), HIDDEN],
    ['are not there', 'Plant', update(99, { name: 'x' }), NOT_FOUND],
    ['are below the limit', 'Level', update(1, { level: 4 }), 200],
    ['are above the limit then', 'Level', update(1, { level: 5 }), HIDDEN],
    ['may become anything for what they were', 'Level', update(3, { level: 1 }), 200],
    ['are for nobody', 'Reader', update(1, { name: 'x' }), [403, expect.anything()]],
    ['are deleted', 'Plant', run(DELETE.from(at('S.Rows', 1))), 200],
    ['are deleted elsewhere', 'Plant', run(DELETE.from(at('S.Rows', 2))), NOT_FOUND],
    [
      'are deleted elsewhere by who sees them',
      'Writer',
      run(DELETE.from(at('S.Rows', 2))),
      FOREIGN
    ],
    ['are deleted by anybody', 'All', run(DELETE.from(at('S.Rows', 2))), 200],
    ['are acted on', 'Plant', act('mark', 1), 200],
    ['are acted on elsewhere', 'Plant', act('mark', 2), NOT_FOUND],
    ['are acted on below the limit', 'Level', act('mark', 1), 200],
    ['are acted on by a restriction of the action', 'Reader', act('judge', 2), 200],
    ['are not acted on by a restriction of the action', 'Reader', act('judge', 1), FOREIGN],
    [
      'are many',
      'Plant',
      run(UPDATE.entity('S.Rows').with({ name: 'x' }).where({ plant: '1010' })),
      KEY
    ],
    [
      'are one of many',
      'Plant',
      run(UPDATE.entity('S.Rows').with({ name: 'x' }).where({ level: 9 })),
      200
    ],
    ['are all', 'Plant', run(UPDATE.entity('S.Rows').with({ name: 'x' })), KEY],
    ['are one by a condition', 'Plant', run(DELETE.from('S.Rows').where({ ID: 1 })), 200],
    [
      'are another one by a condition',
      'Writer',
      run(DELETE.from('S.Rows').where({ ID: 2 })),
      FOREIGN
    ],
    [
      'are one by key and condition',
      'Plant',
      run(UPDATE.entity(at('S.Rows', 1)).with({ name: 'x' }).where({ level: 1 })),
      200
    ],
    [
      'are none by key and condition',
      'Plant',
      run(UPDATE.entity(at('S.Rows', 1)).with({ name: 'x' }).where({ level: 2 })),
      NOT_FOUND
    ]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(who(role), write)).toEqual(expected)
  })

  const level = (ID: number) => at('S.Levels', ID)
  const updateLevel = (ID: number) => run(UPDATE.entity(level(ID)).with({ level: 1 }))
  const mark =
    (ID: number): Write =>
    (tx) =>
      tx.send({ event: 'mark', query: SELECT.one.from(level(ID)) })
  test.each<[string, string[], Write, unknown]>([
    ['changed', ['Level'], updateLevel(3), 200],
    ['changed, where hidden', ['Level'], updateLevel(1), NOT_FOUND],
    ['changed, where visible', ['Level', 'Reader'], updateLevel(1), FOREIGN],
    ['deleted', ['Level'], run(DELETE.from(level(3))), 200],
    ['deleted, where hidden', ['Level'], run(DELETE.from(level(1))), NOT_FOUND],
    ['acted on', ['Level'], mark(3), 200],
    ['acted on, where visible', ['Level', 'Reader'], mark(1), FOREIGN],
    ['created', ['Level'], run(INSERT.into('S.Levels').entries({ ID: 9, level: 1 })), 200]
  ])('are %s by conditions without $user, with roles %j', async (_, roles, write, expected) => {
    expect(await outcome(who(...roles), write)).toEqual(expected)
  })

  const own = { plant: '1010' }
  test.each<[string, string, Write, unknown]>([
    ['one of the plant', 'Writer', upsert({ ID: 1, ...own }), 200],
    ['a visible one of another plant', 'Writer', upsert({ ID: 2, ...own }), FOREIGN],
    [
      'one of two of another plant',
      'Writer',
      upsert({ ID: 1, ...own }, { ID: 2, ...own }),
      FOREIGN
    ],
    ['one that is moved', 'Writer', upsert({ ID: 1, plant: '1710' }), HIDDEN],
    ['a new one', 'Writer', upsert({ ID: 9, ...own }), 200],
    ['a new one of another plant', 'Writer', upsert({ ID: 9, plant: '1710' }), HIDDEN],
    ['one of the plant', 'Plant', upsert({ ID: 1, ...own }), 200],
    ['a hidden one', 'Plant', upsert({ ID: 2, ...own }), FOREIGN],
    ['one that could be hidden', 'Plant', upsert({ ID: 9, ...own }), FOREIGN],
    ['one without a key', 'Plant', upsert(own), [403, 'The new record has no key.']],
    ['one with a condition of another kind', 'Level', upsert({ ID: 3, name: 'x' }), 200],
    ['a new one, for such a condition', 'Level', upsert({ ID: 9 }), 200],
    ['one that does not fulfil it', 'Level', upsert({ ID: 1, level: 9 }), FOREIGN],
    ['any', 'All', upsert({ ID: 2 }), 200]
  ])('by UPSERT: %s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(who(role), write)).toEqual(expected)
  })

  test('are refused to who has no value', async () => {
    const nobody = { roles: ['Plant'], attr: {} }
    expect(await outcome(nobody, create({ ID: 9, plant: '1010' }))).toEqual(HIDDEN)
    expect(await outcome(nobody, update(1, { name: 'x' }))).toEqual(NOT_FOUND)
  })

  test('are read by a filter, also where a key names one', async () => {
    const read = async (role: string, ID: number) => {
      const query = SELECT.one.from(at('S.Rows', ID)).columns('ID')
      return await served.as(who(role), (tx) => tx.run(query))
    }
    expect(await read('Plant', 1)).toEqual({ ID: 1 })
    expect(await read('Plant', 2)).toBeFalsy()
    expect(await read('All', 2)).toEqual({ ID: 2 })
    const all = await served.as(who('Plant'), (tx) => tx.run(SELECT.from('S.Rows').columns('ID')))
    expect(all).toEqual([{ ID: 1 }, { ID: 3 }])
  })
})
