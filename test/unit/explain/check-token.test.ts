import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { CLIENT, startIas, type TestIas } from '../../integration/ias/test-ias.js'
import { claimRows } from '../../../src/explain/token/claim-rows.js'
import { checkToken } from '../../../src/explain/token/check-token.js'
import { startIssuer, type TestIssuer } from './support/signed-tokens.js'

let own: TestIssuer
beforeAll(async () => (own = await startIssuer()))
afterAll(() => own.stop())

function project() {
  const options = {
    issuer: own.url,
    jwks: `${own.url}/keys`,
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
  const { accepted, codes, verdicts, rows } = await checked(own.token())
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
  const { rows } = await checked(own.token(), { user: true, withValues: true })
  expect(rows).toContainEqual(expect.objectContaining({ name: 'user', value: 'alice@example.com' }))
  expect(rows).toContainEqual(
    expect.objectContaining({ name: 'attributes', value: 'plant "1010"' })
  )
})

test('all that is wrong is found, and the signature is checked nevertheless', async () => {
  const { accepted, codes, verdicts } = await checked(own.token({ exp: past(), aud: 'other' }))
  expect(accepted).toBeUndefined()
  expect(codes).toEqual(['ERR_TOKEN_EXPIRED', 'ERR_TOKEN_AUDIENCE'])
  expect(verdicts).toMatchObject({ exp: 'failed', aud: 'failed', signature: 'passed' })
})

test('a token that is not signed by the issuer has no user, whatever else is wrong', async () => {
  const forged = own.token({ exp: past(), aud: 'other' }, true)
  const { codes, identity, verdicts } = await checked(forged)
  expect(codes).toEqual(['ERR_TOKEN_EXPIRED', 'ERR_TOKEN_AUDIENCE', 'ERR_TOKEN_SIGNATURE'])
  expect(identity).toBeUndefined()
  expect(verdicts).toMatchObject({ iss: 'passed', header: 'passed', signature: 'failed' })
})

test('an unknown issuer: the checks end, and it is said which there are', async () => {
  const { codes, rows, verdicts } = await checked(own.token({ iss: 'https://elsewhere.example' }))
  expect(codes).toEqual(['ERR_TOKEN_ISSUER'])
  expect(verdicts).toMatchObject({ iss: 'failed', aud: 'unknown', signature: 'unknown' })
  expect(rows[1]).toMatchObject({ value: 'elsewhere.example', expected: new URL(own.url).host })
})

test('keys that can not be had: the signature is not checked, with the reason', async () => {
  const xsuaa = { clientid: 'sb-shop', xsappname: 'shop', uaadomain: 'localhost:1' }
  const where = { auth: { kind: 'principal' }, bindings: { xsuaa } } as never
  const iss = 'https://sub.localhost:1/oauth/token'
  const token = own.token({ iss, aud: ['sb-shop'], zid: 't1', user_name: 'alice' })
  const { codes, rows, identity, verdicts } = await checked(token, NOBODY, where)
  expect(codes).toEqual(['ERR_ISSUER_UNAVAILABLE'])
  expect(identity).toBeUndefined()
  expect(verdicts).toMatchObject({ aud: 'passed', tenant: 'passed', signature: 'unknown' })
  expect(rows.at(-1)?.value).toMatch(/^not checked: .+/)
})

describe('a token of Identity Authentication whose requests need a client certificate', () => {
  let ias: TestIas
  beforeAll(async () => {
    ias = await startIas()
    setDefaultCACertificates([...getCACertificates('default'), ias.ca])
  })
  afterAll(() => ias.stop())

  const enabled = { enabled: true }
  const cnf = { 'x5t#S256': 'thumbprint' }
  const several = { aud: [CLIENT, 'partner'] }
  const asking = (validation: object) =>
    ({
      auth: { kind: 'principal', config: { validation } },
      bindings: { ias: ias.credentials }
    }) as never

  test.each([
    ['x5t', { x5t: enabled }, { cnf }, 'unknown'],
    ['proofToken, several audiences', { proofToken: enabled }, several, 'unknown'],
    ['proofToken, one audience', { proofToken: enabled }, {}, undefined],
    ['both', { x5t: enabled, proofToken: enabled }, { ...several, cnf }, 'unknown'],
    ['neither', { x5t: { enabled: false } }, { cnf }, undefined]
  ])('is accepted, and the certificate is not checked: %s', async (_, options, claims, verdict) => {
    const found = await checked(ias.token(claims), NOBODY, asking(options))
    expect(found.codes).toEqual([])
    expect(found.accepted?.identity.kind).toBe('named')
    expect(found.verdicts['cnf']).toBe(verdict)
    expect(found.verdicts['signature']).toBe('passed')
  })

  test('is refused as in every request if it is bound to none', async () => {
    const found = await checked(ias.token(), NOBODY, asking({ x5t: enabled }))
    expect(found.codes).toEqual(['ERR_TOKEN_BINDING'])
    expect(found.verdicts['cnf']).toBe('failed')
  })

  test('has everything else checked', async () => {
    const token = ias.token({ cnf, aud: 'other' })
    const found = await checked(token, NOBODY, asking({ x5t: enabled }))
    expect(found.codes).toEqual(['ERR_TOKEN_AUDIENCE'])
    expect(found.verdicts).toMatchObject({ aud: 'failed', cnf: 'unknown', signature: 'passed' })
  })
})

test('what is no token is malformed', async () => {
  await expect(checkToken('hello', project())).rejects.toMatchObject({
    code: 'ERR_TOKEN_MALFORMED'
  })
})

test('issuers that can not be used are an error of the project, not of the token', async () => {
  const auth = { kind: 'principal', issuers: { own: { issuer: 'no URL', audience: 'shop' } } }
  const where = { auth, bindings: {} } as never
  await expect(checkToken(own.token(), where)).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
})
