import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'
import { statusOf } from '../restrictions-matrix/served-rows.js'
import type { Service } from './local-service.js'

const MODEL = `
entity db.Materials { key ID : Integer; name : String(60); }
service S {
  @restrict: [{ grant: ['READ', 'WRITE'], to: 'Like', where: (name like $user.x) }]
  entity Liked as projection on db.Materials;
  @restrict: [{ grant: ['READ', 'WRITE'], to: 'Prefix', where: (startswith(name, $user.x)) }]
  entity Prefixed as projection on db.Materials;
  @restrict: [{ grant: ['READ', 'WRITE'], to: 'Both', where: ($user.x like $user.y) }]
  entity Compared as projection on db.Materials;
}
entity db.Boxes { key ID : Integer; material : Association to db.Materials; }
service T {
  @restrict: [{ grant: 'READ', to: 'Like', where: (name like $user.x) }]
  entity Materials as projection on db.Materials;
  entity Boxes as projection on db.Boxes;
}`

const RECORDS = 5000
const VALUES = 10_000

/** Milliseconds of work beyond that of one pattern, after which the others have to have had their turn. */
const LONGEST = 50

const nameOf = (i: number) => `Material ${String(i)} habib ${String(i * 7919)}`
const materials = Array.from({ length: RECORDS }, (_, ID) => ({ ID, name: nameOf(ID) }))
const many = (text: (i: number) => string) => Array.from({ length: VALUES }, (_, i) => text(i))

let service: Service
let other: Service
beforeAll(async () => {
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  installRestrictions()
  const csn = cds.compile(MODEL) as unknown as string
  cds.model = cds.compile.for.nodejs(csn as never)
  const options = { kind: 'sqlite', credentials: { url: ':memory:' }, silent: true }
  cds.db = await (cds.connect.to as (...args: unknown[]) => Promise<never>)('db', options)
  const { deploy } = cds as unknown as {
    deploy: (csn: string) => { to(db: string, o: object): Promise<void> }
  }
  await deploy(csn).to('db', { silent: true })
  await cds.run(INSERT.into('db.Materials').entries(materials))
  const serve = async (name: string): Promise<unknown> =>
    cds
      .serve(name)
      .from(csn)
      .with((() => undefined) as never)
  service = (await serve('S')) as Service
  other = (await serve('T')) as Service
})

type Transaction = (context: object, work: () => Promise<unknown>) => Promise<unknown>

/** Runs a query as a user with one role. */
function run(role: string, attr: object, query: unknown): Promise<unknown> {
  const user = new cds.User({ id: 'alice', roles: [role], attr } as never)
  return (cds.tx as unknown as Transaction)({ user }, () => service.run(query))
}

/** The longest time that this thread has worked before everything else got a turn, ms of CPU: other processes don't count. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let isDone = false
  let before = process.threadCpuUsage()
  const next = () => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
    before = process.threadCpuUsage()
    if (!isDone) setImmediate(next)
  }
  setImmediate(next)
  await work()
  await new Promise(setImmediate)
  isDone = true
  return longest
}

type Work = (times: number) => Promise<unknown>

/** Of several times: garbage is collected, and code compiled, in between. */
async function shortest(work: Work): Promise<number> {
  const turns: number[] = []
  for (let times = 0; times < 2; times++) turns.push(await longestTurn(() => work(times)))
  return Math.min(...turns)
}

const readAs =
  (role: string, entity: string, attr: { x: string[]; y?: string[] }): Work =>
  (times) =>
    run(role, { ...attr, x: [...attr.x, String(times)] }, SELECT.from(entity).columns('ID'))

/** Writes the records once more, and takes them away. */
const writeAs =
  (role: string, entity: string, x: string[]): Work =>
  async (times) => {
    const copies = materials.map(({ ID, name }) => ({ ID: ID + RECORDS, name }))
    await run(role, { x: [...x, String(times)] }, INSERT.into(entity).entries(copies))
    await cds.run(DELETE.from('db.Materials').where({ ID: { '>=': RECORDS } }))
  }

const prefixes = many((i) => `Material ${String(i)}`)
const wildcards = many((i) => `%a%i%b%_${String(i)}x`)

describe(`${String(VALUES)} patterns of a user and ${String(RECORDS)} records hold nobody up`, () => {
  let [read, write] = [0, 0]
  beforeAll(async () => {
    read = await shortest(readAs('Like', 'S.Liked', { x: ['%a%'] }))
    write = await shortest(writeAs('Like', 'S.Liked', ['%a%']))
  })

  test.each<[string, Work, () => number]>([
    ['READ by wildcards', readAs('Like', 'S.Liked', { x: wildcards }), () => read],
    ['READ by prefixes', readAs('Prefix', 'S.Prefixed', { x: prefixes }), () => read],
    [
      'READ by values and patterns of the user',
      readAs('Both', 'S.Compared', { x: many(nameOf), y: wildcards }),
      () => read
    ],
    ['CREATE by prefixes', writeAs('Prefix', 'S.Prefixed', prefixes), () => write],
    ['CREATE by wildcards', writeAs('Like', 'S.Liked', ['Material%', ...wildcards]), () => write]
  ])('%s', async (_, work, baseline) => {
    expect(await shortest(work)).toBeLessThan(baseline() + LONGEST)
  })
})

describe('texts are looked for where a request may lead, and nowhere else', () => {
  const x = Array.from({ length: 20 }, (_, i) => `Material ${String(i)} %`)
  let scans = 0
  beforeAll(async () => {
    await cds.run(
      INSERT.into('db.Boxes').entries({ ID: 1, material_ID: 1 }, { ID: 2, material_ID: 99 })
    )
    cds.db.before('READ', ({ query }) => {
      if ((query as { SELECT?: { distinct?: boolean } }).SELECT?.distinct) scans++
    })
  })
  beforeEach(() => (scans = 0))

  const user = () => new cds.User({ id: 'alice', roles: ['Like'], attr: { x } } as never)
  const read = (query: unknown) =>
    (cds.tx as unknown as Transaction)({ user: user() }, () => other.run(query))

  test('records without a condition', async () => {
    expect(await read(SELECT.from('T.Boxes').orderBy('ID'))).toEqual([
      { ID: 1, material_ID: 1 },
      { ID: 2, material_ID: 99 }
    ])
    expect(scans).toBe(0)
  })

  test('records with one', async () => {
    expect(
      await read(
        SELECT.from('T.Materials')
          .columns('ID')
          .where({ ID: { '<': 3 } } as never)
      )
    ).toHaveLength(3)
    expect(scans).toBe(1)
  })

  test('what an association leads to', async () => {
    const columns = [{ ref: ['ID'] }, { ref: ['material'], expand: [{ ref: ['ID'] }] }]
    expect(
      await read(
        SELECT.from('T.Boxes')
          .columns(...(columns as never[]))
          .orderBy('ID')
      )
    ).toEqual([
      { ID: 1, material: { ID: 1 } },
      { ID: 2, material: null }
    ])
    expect(scans).toBe(1)
  })
})

describe('what is written is compared with many patterns as with one', () => {
  const patterns = Array.from({ length: 20 }, (_, i) => `new ${String(i)}%`)
  const create = (name: string) => INSERT.into('S.Liked').entries({ ID: -1, name })
  const update = (name: string) => UPDATE('S.Liked', -1 as never).with({ name })
  const upsert = (name: string) => UPSERT.into('S.Liked').entries({ ID: -1, name })

  beforeEach(() => cds.run(DELETE.from('db.Materials').where({ ID: -1 })))

  test.each<[string, string[]]>([
    ['one', ['new 1%']],
    ['twenty', patterns]
  ])('%s', async (_, x) => {
    expect(await statusOf(run('Like', { x }, create('other')))).toBe(403)
    expect(await statusOf(run('Like', { x }, create('new 1 a')))).toBe(200)
    expect(await statusOf(run('Like', { x }, update('new 1 b')))).toBe(200)
    expect(await statusOf(run('Like', { x }, update('other')))).toBe(403)
    expect(await statusOf(run('Like', { x }, upsert('new 1 c')))).toBe(200)
    expect(await run('Like', { x }, SELECT.from('S.Liked'))).toEqual([{ ID: -1, name: 'new 1 c' }])
  })
})
