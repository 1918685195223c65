import { setTimeout as sleep } from 'node:timers/promises'
import { startEmulator, type Emulator } from '../../src/index.js'
import { requestToken, send, viaProxy } from '../support/http.js'
import { VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator(withBackend)
})
afterAll(() => emulator.stop())

const technical = { grant_type: 'client_credentials' }

describe('enqueue', () => {
  it('answers the next request to the endpoint, and no other', async () => {
    const body = { error: 'server_error' }
    emulator.enqueue('xsuaa/token', { status: 503, headers: { 'retry-after': '7' }, body })
    expect((await send(`${emulator.url}/token_keys`, { ca: emulator.ca })).status).toBe(200)
    const refused = await requestToken(emulator, technical)
    expect(refused).toMatchObject({ status: 503, body, headers: { 'retry-after': '7' } })
    expect((await requestToken(emulator, technical)).status).toBe(200)
  })

  it('gives several answers one after the other', async () => {
    for (const status of [500, 429]) emulator.enqueue('xsuaa/token', { status })
    const statuses = [
      await requestToken(emulator, technical),
      await requestToken(emulator, technical),
      await requestToken(emulator, technical)
    ].map(({ status }) => status)
    expect(statuses).toEqual([500, 429, 200])
  })

  it('resets a connection', async () => {
    emulator.enqueue('xsuaa/token', { reset: true })
    await expect(requestToken(emulator, technical)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('delays the regular answer', async () => {
    emulator.enqueue('xsuaa/token', { delay: 120 })
    const start = performance.now()
    const { status, body } = await requestToken(emulator, technical)
    expect(status).toBe(200)
    expect(body).toHaveProperty('access_token')
    expect(performance.now() - start).toBeGreaterThanOrEqual(119)
  })

  it('leaves a request without answer until the client gives up', async () => {
    emulator.enqueue('xsuaa/token_keys', { hang: true })
    const answer = send(`${emulator.url}/token_keys`, { ca: emulator.ca })
    const first = await Promise.race([answer.then(() => 'answer'), sleep(100, 'nothing')])
    expect(first).toBe('nothing')
    expect(await emulator.takeRequest('xsuaa/token_keys')).toMatchObject({ path: '/token_keys' })
    answer.catch(() => undefined) // cut by stop()
  })

  it('stands in for the proxy, or for the backend behind it', async () => {
    const url = `http://${VIRTUAL_HOST}/sap/opu/odata/sap/API_EQUIPMENT/Equipment`
    emulator.enqueue('connectivity', { status: 503, body: 'no Cloud Connector' })
    expect(await viaProxy(emulator, url)).toMatchObject({ status: 503, text: 'no Cloud Connector' })
    emulator.enqueue('s4', { status: 401, headers: { 'x-from': 's4' } })
    const refused = await viaProxy(emulator, url, { user: 'alice' })
    expect(refused).toMatchObject({ status: 401, headers: { 'x-from': 's4' } })
    // the proxy's own checks come first
    emulator.enqueue('s4', { status: 418 })
    expect((await viaProxy(emulator, 'http://unknown.host:1/x')).status).toBe(403)
    expect((await viaProxy(emulator, url)).status).toBe(418)
  })
})

describe('takeRequest', () => {
  it('tells what came in, and whose token, but no token and no secret ', async () => {
    const assertion = await emulator.issueToken({ user: 'alice' })
    const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const taking = emulator.takeRequest('destination')
    await requestToken(emulator, { grant_type: grant, assertion }, { 'x-zid': zid(assertion) })
    const requests = []
    for (;;) {
      const request = await emulator.takeRequest('xsuaa/token')
      requests.push(request)
      if (request.form?.['grant_type'] === grant) break
    }
    const last = requests.at(-1)
    expect(last).toMatchObject({
      method: 'POST',
      path: '/oauth/token',
      status: 200,
      grant,
      headers: { 'x-zid': zid(assertion) },
      form: { grant_type: grant, assertion: '…', client_secret: '…' },
      claims: { assertion: { user_name: 'alice' } }
    })
    expect(JSON.stringify(requests)).not.toContain(assertion)
    const authorization = `Bearer ${await emulator.issueToken({ client: 'destination' })}`
    await send(`${destinationUrl()}/destinations/none?$skipTokenRetrieval=true`, {
      ca: emulator.ca,
      headers: { authorization, 'x-user-token': assertion }
    })
    expect(await taking).toMatchObject({
      status: 404,
      query: { $skipTokenRetrieval: 'true' },
      headers: { authorization: 'Bearer …', 'x-user-token': '…' },
      claims: { 'x-user-token': { user_name: 'alice' } }
    })
  })

  it('shows the user that the Cloud Connector hands on', async () => {
    const other = await startEmulator(withBackend)
    const url = `http://${VIRTUAL_HOST}/sap/opu/odata/sap/API_EQUIPMENT/Equipment?$top=1`
    await viaProxy(other, url, { user: 'bob' })
    const request = await other.takeRequest('s4')
    expect(request).toMatchObject({ subject: 'CN=bob', query: { $top: '1' }, status: 200 })
    expect(request.headers['sap-connectivity-authentication']).toBe('Bearer …')
    await other.stop()
  })

  it('fails when there is no request in time', async () => {
    await expect(emulator.takeRequest('xsuaa/logout', { timeout: 20 })).rejects.toMatchObject({
      code: 'ERR_EMULATOR_NO_REQUEST',
      message: 'there was no request to "xsuaa/logout" within 20 ms'
    })
  })

  it('fails when the emulator stops', async () => {
    const other = await startEmulator(withBackend)
    const taking = other.takeRequest('xsuaa/token')
    const outcome = expect(taking).rejects.toMatchObject({ code: 'ERR_EMULATOR_NO_REQUEST' })
    await other.stop()
    await outcome
  })
})

function zid(token: string): string {
  const [, payload = ''] = token.split('.')
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { zid: string }).zid
}

function destinationUrl(): string {
  const { uri } = emulator.vcapServices().destination[0]!.credentials as { uri: string }
  return `${uri}/destination-configuration/v1`
}
