import { startEmulator, type Emulator } from '../../src/index.js'
import { claimsOf, credentials, send, type Response } from '../support/http.js'
import { options } from '../support/maintenance.js'

let emulator: Emulator
beforeAll(async () => (emulator = await startEmulator(options)))
afterAll(() => emulator.stop())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function basic(id: string, secret: string) {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

const own = () => {
  const { clientid: id = '', clientsecret: secret = '' } = credentials(emulator)
  return { id, secret }
}

function request(query: object, init: { method?: string; headers?: object; body?: string } = {}) {
  const url = `${emulator.url}/oauth/token?${new URLSearchParams({ ...query }).toString()}`
  return send(url, { ca: emulator.ca, ...init, headers: { ...init.headers } })
}

const grantOf = ({ body }: Response) => claimsOf(body.access_token).grant_type as string

it('GET, with parameters in the URL and credentials in the header', async () => {
  const { id, secret } = own()
  const answer = await request(
    { grant_type: 'password', username: 'alice' },
    { headers: basic(id, secret) }
  )
  expect(grantOf(answer)).toBe('password')
})

it('POST, with parameters in the URL, in the body, or in both', async () => {
  const { id, secret } = own()
  const post = { method: 'POST', headers: { ...FORM, ...basic(id, secret) } }
  const inUrl = await request({ grant_type: 'client_credentials' }, post)
  const body = 'username=alice'
  const inBoth = await request({ grant_type: 'password' }, { ...post, body })
  expect([grantOf(inUrl), grantOf(inBoth)]).toEqual(['client_credentials', 'password'])
})

it('a secret in the URL counts only where the request is a form', async () => {
  const { id, secret } = own()
  const query = { grant_type: 'client_credentials', client_id: id, client_secret: secret }
  expect((await request(query)).status).toBe(401)
  expect((await request(query, { method: 'POST', headers: FORM })).status).toBe(200)
})

it('id and secret are form-encoded in the header, or not', async () => {
  const { id, secret } = own()
  const query = { grant_type: 'client_credentials' }
  expect(encodeURIComponent(id).replace('!', '%21')).toBe('sb-maintenance%21t1')
  for (const name of ['sb-maintenance!t1', 'sb-maintenance%21t1']) {
    expect((await request(query, { headers: basic(name, secret) })).status).toBe(200)
  }
})

it('of a header and a body, the header counts', async () => {
  const { id, secret } = own()
  const headers = { ...FORM, ...basic(id, secret) }
  for (const other of [secret, 'wrong']) {
    const body = new URLSearchParams({ client_id: id, client_secret: other }).toString()
    const answer = await request(
      { grant_type: 'client_credentials' },
      { method: 'POST', headers, body }
    )
    expect(answer.status).toBe(200)
  }
})

it('no secret of a URL gets into the record', async () => {
  const { id, secret } = own()
  const query = { grant_type: 'password', username: 'bob', password: 'builder' }
  await request({ ...query, client_id: id, client_secret: secret }, { headers: FORM })
  const records: unknown[] = [...emulator.requests('xsuaa')]
  for (let count = records.length; count > 0; count--) {
    records.push(await emulator.takeRequest('xsuaa/token'))
  }
  const text = JSON.stringify(records)
  expect(text).toContain('"username":"bob"')
  expect(text).not.toContain(secret)
  expect(text).not.toContain('builder')
})
