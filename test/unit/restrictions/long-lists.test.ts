import cds from '@sap/cds'

import { Served, type Service } from './support/served.js'

const MODEL = `
entity db.Rows { key ID : Integer; name : String; level : Integer; part : Association to db.Rows; }
service S {
  @restrict: [
    { grant: ['READ', 'UPDATE'], to: 'Name', where: (name in $user.x) },
    { grant: 'READ', to: 'NotName', where: (name not in $user.x) },
    { grant: 'READ', to: 'Level', where: (level in $user.x) },
    { grant: 'READ', to: 'Part', where: (part.name = $user.x) }
  ]
  entity Rows as projection on db.Rows;
}`

let served: Served
let parameters: unknown[]
beforeAll(async () => {
  served = await Served.start(MODEL)
  const rows = [1, 2, 3, 4].map((ID) => ({ ID, name: `name ${ID}`, level: ID, part_ID: ID }))
  await cds.run(INSERT.into('db.Rows').entries(...rows, { ID: 5 }))
  const { db } = cds as unknown as { db: { cqn2sql(...all: unknown[]): { values?: unknown[] } } }
  const render = db.cqn2sql.bind(db)
  db.cqn2sql = (...all) => {
    const rendered = render(...all)
    parameters = rendered.values ?? []
    return rendered
  }
})

/** More than SQLite has parameters. */
const MANY = 40_000

const values = (length: number, value: (i: number) => unknown) =>
  Array.from({ length }, (_, i) => value(i + 3))

async function read(role: string, x: unknown[]): Promise<unknown> {
  const caller = { roles: [role], attr: { x } }
  const work = (tx: Service) => tx.run(SELECT.from('S.Rows').columns('ID').orderBy('ID'))
  const rows = await served.as(caller, work)
  return Array.isArray(rows) ? (rows as { ID: number }[]).map(({ ID }) => ID) : rows
}

const names = (length: number) => values(length, (i) => `name ${String(i)}`)

test.each<[string, (length: number) => unknown[], number[]]>([
  ['Name', names, [3, 4]],
  ['NotName', names, [1, 2]],
  ['Level', (length) => values(length, (i) => i), [3, 4]],
  ['Level', (length) => values(length, String), [3, 4]],
  ['Part', names, [3, 4]]
])(
  'role %s: a list of any length selects the same, and a long one is one parameter',
  async (role, list, expected) => {
    expect(await read(role, list(10))).toEqual(expected)
    expect(parameters.length).toBeGreaterThan(9)
    expect(await read(role, list(101))).toEqual(expected)
    expect(parameters.length).toBeLessThan(9)
    expect(await read(role, list(MANY))).toEqual(expected)
    expect(parameters.length).toBeLessThan(9)
  }
)

test('a write is checked by a long list', async () => {
  const write = (ID: number) => (tx: Service) =>
    tx.run(UPDATE.entity('S.Rows', ID).with({ name: 'name 1' }))
  const caller = { roles: ['Name'], attr: { x: names(MANY) } }
  expect(await served.as(caller, write(3))).toMatchObject({ status: 403 })
  expect(
    await served.as({ ...caller, attr: { x: ['name 1', ...names(MANY)] } }, write(3))
  ).not.toHaveProperty('status')
  expect(await served.as(caller, write(1))).toMatchObject({ status: 404 })
})

test('whoever looks at a long list of the user sees the values', async () => {
  const x = names(MANY)
  expect(await read('Name', x)).toEqual([3, 4])
  expect(x.map((value) => value)).toHaveLength(MANY)
})
