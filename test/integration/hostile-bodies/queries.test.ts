import cds from '@sap/cds'

import { isFault, type PublicProtocols, serveProtocols } from './public-protocols.js'

let app: PublicProtocols
const status: PublicProtocols['status'] = (...request) => app.status(...request)
beforeAll(async () => {
  app = await serveProtocols()
})
afterAll(() => app.stop())

const from = { ref: ['S.Sites'] }
/** Queries in CQN, as far as they are any. */
const QUERIES: unknown[] = [
  ...[{}, { SELECT: null }, { SELECT: 5 }, { SELECT: {} }, { SELECT: { from: null } }],
  ...[{ SELECT: { from: { ref: [] } } }, { SELECT: { from: { ref: ['S.Sites', 5] } } }],
  ...[5, 'x', [null], [[]], [{ ref: 5 }], [{ val: 1 }, 5]].map((where) => ({
    SELECT: { from, where }
  })),
  ...[5, {}, [null], [5], [{}], [{ ref: 5 }]].map((columns) => ({ SELECT: { from, columns } })),
  ...[5, [null], [{ ref: [] }]].map((orderBy) => ({ SELECT: { from, orderBy } })),
  ...[{}, { into: 5 }, { into: from, entries: 5 }, { into: from, entries: [null] }].map(
    (INSERT) => ({ INSERT })
  ),
  ...[
    {},
    { entity: 5 },
    { entity: from, data: 5 },
    { entity: from, with: { name: { ref: 5 } } }
  ].map((UPDATE) => ({ UPDATE })),
  ...[{}, { from: 5 }, { from, where: 5 }].map((DELETE) => ({ DELETE })),
  ...[
    { constructor: {} },
    { raw: 1 },
    { columns: {} },
    { predicate: {} },
    { ref: ['S.Sites'] },
    { call: 1 }
  ]
]
const TEXTS = [
  '',
  'SELECT',
  'SELECT from',
  'SELECT from S.Sites where',
  'x',
  'null',
  'DELETE from S.Sites',
  '\u0000'
]

describe.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s', (method) => {
  test.each(['h', 'h/Sites', 'h/start', 'r/Sites', 'r/Sites/1', 'r/start'])(
    '/%s answers whatever is asked',
    async (path) => {
      const failed: unknown[] = []
      const note = async (body?: string, type?: string) => {
        const answer = await status(method, path, body, type)
        if (isFault(answer)) failed.push([body, type, answer])
      }
      await note()
      for (const query of QUERIES) await note(JSON.stringify(query))
      for (const text of TEXTS)
        for (const type of ['text/plain', 'application/octet-stream']) await note(text, type)
      expect(failed).toEqual([])
    }
  )
})

test.each(['h', 'h/', 'h/Sites', 'h/start', 'r/Sites', 'r/start'])(
  'a GET of /%s without a query is answered',
  async (path) => {
    expect((await status('GET', path)).status).toBeLessThan(500)
  }
)

test('the text says nothing about what was wrong inside', async () => {
  const { status: code, text } = await status(
    'POST',
    'h',
    JSON.stringify({ SELECT: { from, where: 5 } })
  )
  expect(code).toBe(400)
  expect(text).toContain('Bad Request')
  expect(text).not.toMatch(/Cannot read|undefined|node_modules/)
})

test('queries are answered as before', async () => {
  const rows = [{ ID: 7, name: 'seven' }]
  await cds.run(DELETE.from('db.Sites'))
  await cds.run(INSERT.into('db.Sites').entries(rows))
  expect(await status('POST', 'h', JSON.stringify({ SELECT: { from } }))).toEqual({
    status: 200,
    text: JSON.stringify({ data: rows })
  })
  expect((await status('POST', 'h', 'SELECT from S.Sites', 'text/plain')).text).toBe(
    JSON.stringify({ data: rows })
  )
  expect((await status('POST', 'r/Sites', '{"ID":2}')).status).toBe(201)
})

test('a bug of the application is not the fault of a client', async () => {
  for (const path of ['h/broken', 'r/broken', 's/broken()'])
    expect([path, (await status('GET', path)).status]).toEqual([path, 500])
})
