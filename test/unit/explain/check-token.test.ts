import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { claimRows } from '../../../src/explain/token/claim-rows.js'
import { checkToken } from '../../../src/explain/token/check-token.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

let keys: Server
let issuer: string
beforeAll(async () => {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }
  keys = createServer((_, res) => res.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((done) => keys.listen(0, 'localhost', done))
  issuer = `http://localhost:${(keys.address() as AddressInfo).port}`
})
afterAll(() => {
  keys.closeAllConnections()
  return new Promise((done) => keys.close(done))
})

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenWith(claims: object, key = privateKey): string {
  const now = Math.floor(Date.now() / 1000)
  const payload = { sub: 'alice@example.com', plants: ['1010'], exp: now + 3600, ...claims }
  const head = `${part({ alg: 'RS256', typ: 'JWT', kid: 'k1' })}.${part({ iss: issuer, aud: 'shop', ...payload })}`
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`
}

function project() {
  const options = {
    issuer,
    jwks: `${issuer}/keys`,
    audience: 'shop',
    attributeMapping: { plant: 'plants' }
  }
  return { auth: { kind: 'principal', issuers: { own: options } }, bindings: {} } as never
}

const NOBODY = { user: false, withValues: false }
const past = () => Math.floor(Date.now() / 1000) - 3600

async function checked(bearerToken: string, shows = NOBODY, where = project()) {
  const result = await checkToken(bearerToken, where)
  const rows = claimRows(result, where, shows)
  const verdicts = Object.fromEntries(rows.map(({ name, verdict }) => [name, verdict]))
  return { ...result, codes: result.failures.map(({ code }) => code), rows, verdicts }
}

test('a good token is accepted, and every check has passed', async () => {
  const { accepted, codes, verdicts, rows } = await checked(tokenWith({}))
  expect(accepted?.identity.kind).toBe('named')
  expect(codes).toEqual([])
  expect(verdicts).toMatchObject({
    iss: 'passed',
    aud: 'passed',
    exp: 'passed',
    signature: 'passed'
  })
  expect(JSON.stringify(rows)).not.toMatch(/alice|1010|eyJ/)
})

test('the name and values are shown to who asks for them', async () => {
  const { rows } = await checked(tokenWith({}), { user: true, withValues: true })
  expect(rows).toContainEqual(expect.objectContaining({ name: 'user', value: 'alice@example.com' }))
  expect(rows).toContainEqual(
    expect.objectContaining({ name: 'attributes', value: 'plant "1010"' })
  )
})

test('all that is wrong is found, and the signature is checked nevertheless', async () => {
  const { accepted, codes, verdicts } = await checked(tokenWith({ exp: past(), aud: 'other' }))
  expect(accepted).toBeUndefined()
  expect(codes).toEqual(['ERR_TOKEN_EXPIRED', 'ERR_TOKEN_AUDIENCE'])
  expect(verdicts).toMatchObject({ exp: 'failed', aud: 'failed', signature: 'passed' })
})

test('a token that is not signed by the issuer has no user, whatever else is wrong', async () => {
  const forged = tokenWith({ exp: past(), aud: 'other' }, other)
  const { codes, identity, verdicts } = await checked(forged)
  expect(codes).toEqual(['ERR_TOKEN_EXPIRED', 'ERR_TOKEN_AUDIENCE', 'ERR_TOKEN_SIGNATURE'])
  expect(identity).toBeUndefined()
  expect(verdicts).toMatchObject({ iss: 'passed', header: 'passed', signature: 'failed' })
})

test('an unknown issuer: the checks end, and it is said which there are', async () => {
  const { codes, rows, verdicts } = await checked(tokenWith({ iss: 'https://elsewhere.example' }))
  expect(codes).toEqual(['ERR_TOKEN_ISSUER'])
  expect(verdicts).toMatchObject({ iss: 'failed', aud: 'unknown', signature: 'unknown' })
  expect(rows[1]).toMatchObject({ value: 'elsewhere.example', expected: new URL(issuer).host })
})

test('keys that can not be had: the signature is not checked, with the reason', async () => {
  const xsuaa = { clientid: 'sb-shop', xsappname: 'shop', uaadomain: 'localhost:1' }
  const where = { auth: { kind: 'principal' }, bindings: { xsuaa } } as never
  const iss = 'https://sub.localhost:1/oauth/token'
  const token = tokenWith({ iss, aud: ['sb-shop'], zid: 't1', user_name: 'alice' })
  const { codes, rows, identity, verdicts } = await checked(token, NOBODY, where)
  expect(codes).toEqual(['ERR_ISSUER_UNAVAILABLE'])
  expect(identity).toBeUndefined()
  expect(verdicts).toMatchObject({ aud: 'passed', tenant: 'passed', signature: 'unknown' })
  expect(rows.at(-1)?.value).toMatch(/^not checked: .+/)
})

test('what is no token is malformed', async () => {
  await expect(checkToken('hello', project())).rejects.toMatchObject({
    code: 'ERR_TOKEN_MALFORMED'
  })
})
