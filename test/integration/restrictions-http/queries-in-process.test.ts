import cds from '@sap/cds'

import { type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const MODEL = `
entity db.Pubs { key ID : Integer; title : String; star : Association to db.Stars; }
entity db.Stars { key ID : Integer; plant : String; title : String; twin : Association to db.Stars; }
service S @(path: '/s') {
  entity Pubs as projection on db.Pubs;
  @restrict: [{ grant: '*', to: 'Technician', where: (plant = $user.plant) }]
  entity Stars as projection on db.Stars;
}`

interface Service {
  tx(context: object): { run(query: object): Promise<unknown> }
}

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOverHttp(MODEL)
  const stars = [
    { ID: 1, plant: '1010', title: 'own', twin_ID: 2 },
    { ID: 2, plant: '1710', title: 'SECRET' }
  ]
  await cds.run(INSERT.into('db.Stars').entries(stars))
  const pubs = [
    { ID: 1, title: 'a', star_ID: 1 },
    { ID: 2, title: 'b', star_ID: 2 }
  ]
  await cds.run(INSERT.into('db.Pubs').entries(pubs))
})
afterAll(() => app.stop())

/** Sends a query to the service as somebody with roles. */
function run(query: string | object, ...roles: string[]): Promise<unknown> {
  const user = new cds.User({ id: 'alice', roles, attr: { plant: ['1010'] } } as never)
  const service = cds.services.S as unknown as Service
  const parse = cds.ql as unknown as (text: string) => object
  return service.tx({ user }).run(typeof query === 'string' ? parse(query) : query)
}

describe('a query with names of its own shows what the user may read', () => {
  test.each([
    'SELECT from S.Pubs as p { ID, star.title as t }',
    'SELECT from S.Pubs as p { ID, p.star.title as t }',
    'SELECT from S.Pubs as star { ID, star.star.title as t }',
    'SELECT from S.Pubs as p { ID, $main.star.title as t }',
    'SELECT from (SELECT from S.Pubs { ID, star.title as t }) as x { x.ID, x.t }',
    'SELECT from (SELECT from S.Pubs as p { p.ID, p.star }) as x { x.ID, x.star.title as t }',
    'SELECT from (SELECT from S.Pubs as p { p.ID, p.star as s }) as x { x.ID, x.s.title as t }',
    'SELECT from (SELECT from S.Pubs { *, star as s }) { ID, s.title as t }'
  ])('%s', async (query) => {
    expect(await run(query, 'Technician')).toEqual([
      { ID: 1, t: 'own' },
      { ID: 2, t: null }
    ])
    await expect(run(query)).rejects.toMatchObject({ code: 'ERR_EXPAND_RESTRICTED' })
  })

  test.each([
    'SELECT from S.Stars as s { s.title }',
    'SELECT from S.Stars as Stars { Stars.title }',
    'SELECT from (SELECT from S.Stars { ID, title }) as x { x.title }',
    "SELECT from (SELECT from S.Stars { ID, title } where title is not null or title = 'x') as x { x.title }",
    'SELECT from (SELECT from (SELECT from S.Stars { ID, title }) as y { title }) as x { title }',
    'SELECT from S.Pubs:star as s { s.title }'
  ])('%s', async (query) => {
    expect(await run(query, 'Technician')).toEqual([{ title: 'own' }])
    await expect(run(query)).rejects.toMatchObject({ code: 403 })
  })

  test.each([
    "SELECT from S.Pubs as p { ID } where p.star.title = 'SECRET'",
    "SELECT from S.Pubs as p { ID } where exists p.star[title = 'SECRET']",
    'SELECT from S.Pubs as p { max(p.star.twin.title) as ID } having max(p.star.twin.title) is not null',
    'SELECT from (SELECT from S.Stars as s { s.ID, s.twin.title as t }) as x { x.t } where x.t is not null'
  ])('%s', async (query) => {
    expect(await run(query, 'Technician')).toEqual([])
  })

  test.each(['p.star', 'p.star.twin', 'star.twin'])('inline elements of %s', async (path) => {
    for (const columns of ['title', '*'])
      expect(
        JSON.stringify(
          await run(`SELECT from S.Pubs as p { ${path}.{ ${columns} } }`, 'Technician')
        )
      ).not.toContain('SECRET')
    await expect(run(`SELECT from S.Pubs as p { ${path}.{ title } }`)).rejects.toMatchObject({
      code: 'ERR_EXPAND_RESTRICTED'
    })
  })

  test('with the names of columns that they have without restrictions', async () => {
    const rows = (await run('SELECT from S.Pubs { star.{ * } }', 'Technician')) as object[]
    const names = ['star_ID', 'star_plant', 'star_title', 'star_twin_ID']
    expect(rows.map((row) => Object.keys(row).sort())).toEqual([names, names])
  })

  test('and for joined entities not at all', async () => {
    const stars = { ref: ['S.Stars'] }
    const select = { SELECT: { from: stars, columns: [{ ref: ['title'] }] } }
    const union = { SET: { op: 'union', all: true, args: [select, select] } }
    const join = {
      join: 'cross',
      args: [
        { ref: ['S.Pubs'], as: 'p' },
        { ...stars, as: 's' }
      ]
    }
    const columns = [{ ref: ['s', 'title'] }]
    for (const query of [union, { SELECT: { from: union } }, { SELECT: { from: join, columns } }])
      await expect(run(query, 'Technician')).rejects.toThrow()
  })
})
