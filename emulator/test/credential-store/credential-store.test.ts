import { type Emulator, startEmulator } from '../../src/index.js'
import { callStore, decrypted, encrypted, storeCredentials } from '../support/credential-store.js'
import { send } from '../support/http.js'
import { options } from '../support/maintenance.js'

const KEY = Buffer.from('a key').toString('base64')
const start = (credentialStore: object | true, more: object = {}) =>
  startEmulator({ ...options, credentialStore: credentialStore, ...more })

describe('mutual TLS, the default', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await start(true, { delegation: true })
    emulator.credentialStore.write('ns', { name: 'one', value: KEY, format: 'raw' })
  })
  afterAll(() => emulator.stop())

  test('the binding is that of the documentation', () => {
    const [binding] = emulator.vcapServices().credstore ?? []
    expect(binding).toMatchObject({
      label: 'credstore',
      plan: 'standard',
      tags: expect.arrayContaining(['credstore', 'securestore']) as unknown,
      credentials: {
        url: expect.stringMatching(/^https:\/\/localhost:\d+\/api\/v1\/credentials$/) as unknown,
        username: expect.stringMatching(/^[\da-f-]{36}\.0\..{44}$/) as unknown,
        certificate: expect.stringContaining('BEGIN CERTIFICATE') as unknown,
        key: expect.stringContaining('PRIVATE KEY') as unknown,
        parameters: { authorization: { default_permissions: expect.any(Array) as unknown } }
      }
    })
    const { password, oauth_token_url, expires_at } = storeCredentials(emulator)
    expect([password, oauth_token_url]).toEqual([undefined, undefined])
    expect(Math.round((Date.parse(expires_at) - Date.now()) / 86_400_000)).toBe(60)
  })

  test('a key is read, encrypted for the client', async () => {
    const answer = await callStore(emulator, '/key?name=one')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/jose;charset=UTF-8')
    const { header, body } = await decrypted(storeCredentials(emulator), answer.text)
    expect(header).toEqual({ alg: 'RSA-OAEP-256', enc: 'A256GCM', iat: expect.any(Number) })
    expect(body).toMatchObject({ name: 'one', value: KEY, format: 'raw' })
    const headers = { 'if-none-match': String(answer.headers.etag) }
    expect((await callStore(emulator, '/key?name=one', { headers })).status).toBe(304)
  })

  test('an application of the option "delegation" has its keys there', async () => {
    const { stored, provided } = await keysAt(emulator, 'cds-principal', 'delegation-keys')
    expect(stored).toEqual(provided)
  })

  test.each<[string, string, Parameters<typeof callStore>[2], number]>([
    ['no client certificate', '/key?name=one', { certificate: false }, 401],
    ['no namespace', '/key?name=one', { namespace: '' }, 400],
    ['a namespace that can not be', '/key?name=one', { namespace: 'a b' }, 400],
    ['no name', '/key', {}, 400],
    ['another namespace', '/key?name=one', { namespace: 'other' }, 404],
    ['another type', '/password?name=one', {}, 404],
    ['what is not emulated', '/keyring?name=one', {}, 501],
    ['no such path', '/anything', {}, 404],
    ['another method', '/key?name=one', { method: 'PATCH' }, 405],
    ['a payload that is not encrypted', '/key', { method: 'POST', headers: {} }, 415]
  ])('%s is refused', async (_, path, call, status) => {
    expect((await callStore(emulator, path, call)).status).toBe(status)
  })

  test('credentials are created, changed and deleted', async () => {
    const binding = storeCredentials(emulator)
    const post = async (payload: object, headers: Record<string, string> = {}) => {
      const body = await encrypted(binding, payload)
      return callStore(emulator, '/password', { method: 'POST', body, headers })
    }
    const created = await post({ name: 'pw', value: 'secret1' })
    expect(created.status).toBe(201)
    expect((await decrypted(binding, created.text)).body).toMatchObject({ value: 'secret1' })
    expect((await post({ name: 'pw', value: 'x' }, { 'if-none-match': '*' })).status).toBe(412)
    expect((await post({ name: 'pw', value: 'x' }, { 'if-match': '"other"' })).status).toBe(412)
    const etag = String(created.headers.etag)
    expect((await post({ name: 'pw', value: 'secret2' }, { 'if-match': etag })).status).toBe(200)
    const remove = { method: 'DELETE' }
    expect((await callStore(emulator, '/password?name=pw', remove)).status).toBe(204)
    expect((await callStore(emulator, '/password?name=pw', remove)).status).toBe(404)
  })

  test.each<[string, object | null, object]>([
    ['no time of issue', { name: 'a', value: KEY }, { iat: undefined }],
    ['an old payload', { name: 'a', value: KEY }, { iat: Math.floor(Date.now() / 1000) - 121 }],
    ['another algorithm', { name: 'a', value: KEY }, { enc: 'A128GCM' }],
    ['no Base64', { name: 'a', value: 'ä' }, {}],
    ['more than 32 KB', { name: 'a', value: Buffer.alloc(32_769).toString('base64') }, {}],
    ['no name', { value: KEY }, {}],
    ['null as its payload', null, {}]
  ])('a key with %s is refused', async (_, payload, header) => {
    const body = await encrypted(storeCredentials(emulator), payload, header)
    const { status } = await callStore(emulator, '/key', { method: 'POST', body })
    expect(status).toBe(400)
    expect((await callStore(emulator, '/key?name=a')).status).toBe(404)
  })

  test('a certificate that was replaced is not accepted any more', async () => {
    const { certificate = '', key = '', url } = storeCredentials(emulator)
    await emulator.rotateCertificates({ keepFormer: false })
    const headers = { 'sapcp-credstore-namespace': 'ns' }
    const former = { ca: emulator.ca, cert: certificate, key, headers }
    expect((await send(`${url}/key?name=one`, former)).status).toBe(401)
    expect((await callStore(emulator, '/key?name=one')).status).toBe(200)
  })
})

/** Returns the keys that the store has at a place, and those of the landscape. */
async function keysAt(emulator: Emulator, namespace: string, name: string) {
  const { text } = await callStore(emulator, `/key?name=${name}`, { namespace })
  const { body } = await decrypted(storeCredentials(emulator), text)
  const stored = JSON.parse(Buffer.from(String(body['value']), 'base64').toString()) as object
  const [binding] = emulator.vcapServices()['user-provided'] ?? []
  const { recordKeys, assertionKeys } = binding?.credentials ?? {}
  return { stored, provided: { recordKeys, assertionKeys } }
}

test('the keys of an application can be at another place', async () => {
  const emulator = await start({ namespace: 'mine', name: 'keys' }, { delegation: true })
  const { stored, provided } = await keysAt(emulator, 'mine', 'keys')
  expect(stored).toEqual(provided)
  const former = { namespace: 'cds-principal' }
  expect((await callStore(emulator, '/key?name=delegation-keys', former)).status).toBe(404)
  await emulator.stop()
})

test('basic authentication', async () => {
  const emulator = await start({ authentication: 'basic' })
  emulator.credentialStore.write('ns', { name: 'one', value: KEY })
  const { username, password = '', certificate } = storeCredentials(emulator)
  expect(certificate).toBeUndefined()
  const as = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`
  })
  const read = (headers: Record<string, string>) =>
    callStore(emulator, '/key?name=one', { headers }).then(({ status }) => status)
  expect(await read(as(password))).toBe(200)
  expect(await read(as('wrong'))).toBe(401)
  expect(await read({})).toBe(401)
  expect(JSON.stringify(emulator.requests('credstore'))).not.toContain(password)
  await emulator.stop()
})

test('OAuth with mutual TLS: a token is for one namespace, and ends', async () => {
  const emulator = await start({ authentication: 'oauth:mtls' })
  emulator.credentialStore.write('ns', { name: 'one', value: KEY })
  const { oauth_token_url = '', username, certificate, key } = storeCredentials(emulator)
  const token = (form: object, tls: object = { cert: certificate, key }) =>
    send(oauth_token_url, {
      ca: emulator.ca,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: username,
        credstore_namespace: 'ns',
        ...form
      }).toString(),
      ...tls
    })
  expect((await token({}, {})).status).toBe(401)
  expect((await token({ client_id: 'other' })).status).toBe(401)
  expect((await token({ grant_type: 'password' })).status).toBe(400)
  expect((await token({ credstore_namespace: '' })).status).toBe(400)
  const { body } = await token({})
  expect(body).toMatchObject({ token_type: 'bearer', expires_in: 1800 })
  const headers = { authorization: `Bearer ${String(body.access_token)}` }
  const read = () => callStore(emulator, '/key?name=one', { headers, namespace: 'other' })
  expect((await read()).status).toBe(200)
  emulator.advanceTime(1801)
  expect((await read()).status).toBe(401)
  await emulator.stop()
})

test('a binding has the permissions that it was given', async () => {
  const emulator = await start({ permissions: ['read'] })
  emulator.credentialStore.write('ns', { name: 'one', value: KEY })
  const body = await encrypted(storeCredentials(emulator), { name: 'one', value: KEY })
  expect((await callStore(emulator, '/key?name=one')).status).toBe(200)
  expect((await callStore(emulator, '/key', { method: 'POST', body })).status).toBe(403)
  const remove = { method: 'DELETE' }
  expect((await callStore(emulator, '/key?name=one', remove)).status).toBe(403)
  expect(emulator.credentialStore.remove('ns', 'one')).toBe(true)
  expect((await callStore(emulator, '/key?name=one')).status).toBe(404)
  await emulator.stop()
})

test.each<[object, RegExp]>([
  [{ authentification: 'basic' }, /did you mean "authentication"/],
  [{ authentication: 'oauth:key' }, /there is no "oauth:key", only mtls, basic, oauth:mtls/],
  [{ permissions: ['reed'] }, /there is no "reed"/]
])('%j is refused', async (credentialStore, message) => {
  await expect(start(credentialStore)).rejects.toThrow(message)
})

test('without the option there is none', async () => {
  const emulator = await startEmulator(options)
  expect(emulator.vcapServices()).not.toHaveProperty('credstore')
  expect(() => emulator.credentialStore.remove('ns', 'one')).toThrow(/option "credentialStore"/)
  await emulator.stop()
})
