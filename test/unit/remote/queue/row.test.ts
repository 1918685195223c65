import { inspect } from 'node:util'

import cds from '@sap/cds'

import { keepCredentialsOutOfQueue } from '../../../../src/remote/queue/row.js'
import { muteConsole } from '../../../support/console.js'

muteConsole('warn')

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln'
const TABLE = 'cds.outbox.Messages'

interface Row {
  msg?: string
  lastError?: string
}

/** As far as CAP looks at it. */
class Database extends cds.Service {
  readonly isDatabaseService = true
}

/** The row as the database gets it. */
async function written(row: Row, query: (row: Row) => object): Promise<Row> {
  const db = new Database('db')
  keepCredentialsOutOfQueue(db)
  let rows: (Row | undefined)[] = []
  db.on('*', (req) => {
    const { INSERT, UPSERT, UPDATE } = req.query as unknown as Record<string, Write | undefined>
    rows = (INSERT ?? UPSERT)?.entries ?? [UPDATE?.data]
    return rows.length
  })
  await db.run(query(row) as never)
  return { ...rows[0] }
}

interface Write {
  readonly entries?: Row[]
  readonly data?: Row
}

const queries: [string, (row: Row) => object][] = [
  ['INSERT', (row) => INSERT.into(TABLE).entries(row)],
  ['UPSERT', (row) => UPSERT.into(TABLE).entries(row)],
  ['UPDATE', (row) => UPDATE.entity(TABLE).set(row as never)]
]

describe.each(queries)('%s', (_, query) => {
  test('headers that speak for a sender are left out, of the message and of its context', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}`, cookie: 'a=b', 'x-own': '1' }
    const message = { service: 'S4', event: 'work', data: { id: 1 }, headers, context: { headers } }
    const { msg = '' } = await written({ msg: JSON.stringify(message) }, query)
    const kept = { 'x-own': '1' }
    const id = expect.any(String) as string
    expect(JSON.parse(msg)).toEqual({ ...message, headers: kept, context: { headers: kept, id } })
  })

  test('the correlation id of the request stays with it, and one that it has already', async () => {
    const own = JSON.stringify({ event: 'work', context: { id: 'id-1' } })
    expect(await written({ msg: own }, query)).toMatchObject({ msg: own })
    const { msg = '' } = await written({ msg: '{"event":"work","context":{}}' }, query)
    expect(JSON.parse(msg)).toEqual({ event: 'work', context: { id: expect.any(String) } })
    const without = '{"event":"work"}'
    expect(await written({ msg: without }, query)).toMatchObject({ msg: without })
  })

  test.each(['{"event":"work", "data":{"authorization":"of the application"}}', 'no JSON', 'null'])(
    'a message without headers stays as it is: %s',
    async (msg) => {
      expect(await written({ msg }, query)).toEqual({ msg })
    }
  )

  test.each<[string, object]>([
    ['a header', { config: { headers: { Authorization: `Bearer ${TOKEN}` } } }],
    ['Basic credentials', { headers: { 'Proxy-Authorization': 'Basic dTpw' } }],
    ['a token anywhere', { data: { access_token: TOKEN } }],
    ['cookies', { headers: { 'set-cookie': ['a=secret', 'b=secret'], cookie: 'c=secret' } }],
    ['a CSRF token', { headers: { 'x-csrf-token': 'secret' } }]
  ])('the error of an HTTP library is kept without %s', async (_, properties) => {
    const lastError = inspect(Object.assign(new Error('socket hang up'), properties))
    const row = await written({ lastError }, query)
    expect(row.lastError).toContain('Error: socket hang up')
    expect(row.lastError).not.toMatch(/eyJ|dTpw|secret/)
  })
})

const SECRETS: [string, object][] = [
  ['headers of a request', { config: { headers: { Authorization: 'Custom s3cret' } } }],
  ['headers by name and value', { response: { rawHeaders: ['Set-Cookie', 'a=s3cret'] } }],
  ['cookies', { response: { headers: { 'set-cookie': ['a=s3cret', 'b=s3cret'] } } }],
  ['the text of a request', { request: { _header: 'GET / HTTP/1.1\r\nCookie: a=s3cret\r\n\r\n' } }],
  ['a token in a text', { config: { url: `/?jwt=${TOKEN}`, body: TOKEN } }],
  ['a form', { config: { data: 'grant_type=x&client_secret=s3cret&refresh_token=s3cret' } }],
  ['a body', { config: { data: '{"password":"s3cret","access_token": "s3cret"}' } }],
  ['several causes', { reason: { cause: [{ 'x-csrf-token': 's3cret', clientsecret: 's3cret' }] } }]
]

test.each(SECRETS)('a message about a failure has no credentials of %s', async (_, properties) => {
  const results = { name: 'AxiosError', message: 'no', code: 'E1', status: 500, ...properties }
  const message = { service: 'S4', event: 'work/#failed', data: { token: 'own' }, results }
  const { msg = '' } = await written({ msg: JSON.stringify(message) }, (row) =>
    INSERT.into(TABLE).entries(row)
  )
  expect(msg).not.toMatch(/s3cret|eyJ/)
  const { results: kept, ...others } = JSON.parse(msg) as typeof message
  expect(others).toEqual({ service: 'S4', event: 'work/#failed', data: { token: 'own' } })
  expect(kept).toMatchObject({ name: 'AxiosError', message: 'no', code: 'E1', status: 500 })
  const lastError = inspect(properties, { depth: 9 })
  const row = await written({ lastError }, (one) => UPDATE.entity(TABLE).set(one as never))
  expect(row.lastError).not.toMatch(/s3cret|eyJ/)
})

test('the result of a success is data', async () => {
  const msg = JSON.stringify({ event: 'work/#succeeded', results: { token: 'own' } })
  expect(await written({ msg }, (row) => INSERT.into(TABLE).entries(row))).toEqual({ msg })
})

test('other tables and other services are not looked at', async () => {
  const row = { msg: 'no JSON' }
  expect(await written(row, (one) => INSERT.into('Books').entries(one))).toEqual(row)
  const service = new cds.Service('S4')
  keepCredentialsOutOfQueue(service)
  expect((service as unknown as { handlers: { before: unknown[] } }).handlers.before).toEqual([])
})

describe('a row whose attempt begins', () => {
  const update = (row: object) => UPDATE.entity(TABLE).set(row as never)

  test('has its time: a process that ends now leaves a row that another one takes', async () => {
    const row = await written({ status: 'processing' } as Row, update)
    const { lastAttemptTimestamp } = row as { lastAttemptTimestamp?: string }
    expect(Date.parse(lastAttemptTimestamp ?? '')).toBeGreaterThan(Date.now() - 60_000)
  })

  test.each([[{ status: null }], [{ attempts: 1 }]])('%j is none', async (row) => {
    expect(await written(row as Row, update)).toEqual(row)
  })
})
