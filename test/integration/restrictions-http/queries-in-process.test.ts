import cds from '@sap/cds'

import { type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const MODEL = `
entity db.Pubs { key ID : Integer; title : String; star : Association to db.Stars; }
entity db.Stars { key ID : Integer; plant : String; title : String; twin : Association to db.Stars; }
service S @(path: '/s') {
  entity Pubs as projection on db.Pubs;
  @restrict: [{ grant: '*', to: 'Technician', where: (plant = $user.plant) }]
  entity Stars as projection on db.Stars;
  @cds.redirection.target: false
  @restrict: [
    { grant: '*', to: 'OfTwin', where: (twin.twin.plant = $user.plant) },
    { grant: '*', to: 'OfKey', where: 'twin.ID = $user.key' },
    { grant: '*', to: 'Constant', where: (twin.plant = '1710') },
    { grant: '*', to: 'Joined', where: (twin.plant != plant) }
  ]
  entity Twins as projection on db.Stars { *, twin : redirected to Twins };
}`

interface Service {
  tx(context: object): { run(query: object): Promise<unknown> }
}

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOverHttp(MODEL)
  const stars = [
    { ID: 1, plant: '1010', title: 'own', twin_ID: 2 },
    { ID: 2, plant: '1710', title: 'SECRET', twin_ID: 1 }
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
  const attr = { plant: ['1010'], key: ['1'] }
  const user = new cds.User({ id: 'alice', roles, attr } as never)
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

  test('and the keys that records have themselves, whatever else is inlined', async () => {
    const select = (columns: string) =>
      run(`SELECT from S.Pubs as p { p.star.{ ${columns} } }`, 'Technician')
    expect(await select('ID')).toEqual([{ star_ID: 1 }, { star_ID: 2 }])
    expect(await select('ID, title')).toEqual([
      { star_ID: 1, p_star_title: 'own' },
      { star_ID: 2, p_star_title: null }
    ])
    expect(await select('*')).toMatchObject([{ star_ID: 1 }, { star_ID: 2 }])
  })

  test('also where a filter is in front of a key', async () => {
    const query = "SELECT from S.Pubs as p { p.star[title like '%E%'].ID as t }"
    expect(await run(query, 'Technician')).toEqual([{ t: null }, { t: null }])
    await expect(run(query)).rejects.toMatchObject({ code: 'ERR_EXPAND_RESTRICTED' })
  })

  test('also where columns are put together', async () => {
    const columns = [{ ref: ['star', 'title'] }, { ref: ['star'], expand: ['*'] }]
    const query = {
      SELECT: { from: { ref: ['S.Pubs'] }, columns: [{ expand: columns, as: 'all' }] }
    }
    await expect(run(query)).rejects.toMatchObject({ code: 'ERR_EXPAND_RESTRICTED' })
    const answer = await run(query, 'Technician').catch((error: unknown) => error)
    expect(JSON.stringify(answer)).not.toContain('SECRET')
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

describe('a name of a query is not taken for a record in a condition', () => {
  const twins = (as: string) => `SELECT from S.Twins as ${as} { ID } order by ID`
  test.each([
    ['OfTwin', [{ ID: 1 }]],
    ['OfKey', [{ ID: 2 }]],
    ['Constant', [{ ID: 1 }]]
  ])('of %s', async (role, expected) => {
    for (const name of ['t', 'twin']) expect(await run(twins(name), role)).toEqual(expected)
  })

  test('of two entities: refused, if it could be', async () => {
    expect(await run(twins('t'), 'Joined')).toEqual([{ ID: 1 }, { ID: 2 }])
    const entity = { ref: ['S.Twins'], as: 'twin' }
    const where = [{ ref: ['ID'] }, '=', { val: 2 }]
    const queries = [
      twins('twin'),
      'SELECT from (SELECT from S.Twins as twin { ID }) as t { ID }',
      { UPDATE: { entity, data: { title: 'x' }, where } },
      { DELETE: { from: entity, where } }
    ]
    for (const query of queries)
      await expect(run(query, 'Joined')).rejects.toMatchObject({
        code: 'ERR_RESTRICTION_UNCHECKED'
      })
    expect(await run(twins('twin'), 'OfTwin')).toEqual([{ ID: 1 }])
  })

  test('of a query around it neither', async () => {
    const inner = 'SELECT from S.Pubs { ID, star, star.title as t }'
    expect(await run(`SELECT from (${inner}) as x { t }`, 'Technician')).toEqual([
      { t: 'own' },
      { t: null }
    ])
    await expect(run(`SELECT from (${inner}) as star { t }`, 'Technician')).rejects.toMatchObject({
      code: 'ERR_RESTRICTION_UNCHECKED'
    })
    const expand = [{ ref: ['twin', 'title'], as: 't' }]
    const columns = [{ ref: ['twin'], expand }]
    const expanded = { SELECT: { from: { ref: ['S.Stars'], as: 'twin' }, columns } }
    await expect(run(expanded, 'Technician')).rejects.toMatchObject({
      code: 'ERR_RESTRICTION_UNCHECKED'
    })
  })
})
