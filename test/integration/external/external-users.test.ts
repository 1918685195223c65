import { join } from 'node:path'

import type { RunningSample } from '../../support/running-sample.js'
import { forge, signingKey } from '../oidc/forge.js'
import { OidcServer } from '../oidc/oidc-server.js'
import { startExternal } from './external-landscape.js'
import { withoutMetadata } from '../../support/challenge.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const SAML2_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

const person = (name: string, more: object) => ({
  ...{ preferred_username: name, email: `${name}@idp.example`, customer_id: 'C-100' },
  ...{ groups: ['technicians'], ...more }
})
const ACCOUNTS = {
  'u-1': person('alice', { plants: ['1010'] }),
  'u-2': person('bob', { plants: ['1710', '1010'] }),
  'u-3': person('nobody-in-s4', { plants: ['1010'] })
}

let oidc: OidcServer
let sample: RunningSample

beforeAll(async () => {
  oidc = await OidcServer.start(ACCOUNTS, signingKey('first'))
  sample = await startExternal(oidc, join(__dirname, '../oidc/app'))
})
afterAll(async () => {
  await sample.stop()
  await oidc.stop()
})

async function as(login: string) {
  const { access_token: token } = await oidc.userTokens(login, 'urn:example:maintenance')
  return sample.with(`Bearer ${token}`)
}

const exchanges = () =>
  sample.emulator.requests('xsuaa').filter(({ grant }) => grant === SAML2_BEARER)

test('claims become roles and attributes, without XSUAA', async () => {
  const before = sample.emulator.requests('xsuaa').length
  const { body } = await (await as('u-1')).get('/odata/v4/caller/whoami()')
  expect(JSON.parse(body.value as unknown as string)).toMatchObject({
    ...{ id: 'alice', roles: { Technician: 1 } },
    attr: { plant: ['1010'], customerId: ['C-100'], logonName: 'alice' }
  })
  expect(sample.emulator.requests('xsuaa')).toHaveLength(before)
})

test('alice’s change is ALICE’s in S/4, bob’s is BOB’s, each within the own plants', async () => {
  const [alice, bob] = [await as('u-1'), await as('u-2')]
  const data = { id: 'X-1', name: 'Pump', plant: '1010', category: 'M' }
  expect(await alice.post(EQUIPMENT, data)).toMatchObject({
    status: 201,
    body: { createdBy: 'ALICE', lastChangedBy: 'ALICE' }
  })
  expect((await bob.patch(`${EQUIPMENT}('X-1')`, { name: 'Pump 2' })).status).toBe(200)
  expect((await alice.get(`${EQUIPMENT}('X-1')`)).body).toMatchObject({
    ...{ name: 'Pump 2', createdBy: 'ALICE', lastChangedBy: 'BOB' }
  })
  expect((await alice.post(EQUIPMENT, { ...data, id: 'X-2', plant: '1710' })).status).toBe(403)
  expect((await bob.post(EQUIPMENT, { ...data, id: 'X-2', plant: '1710' })).status).toBe(201)
})

test('20 requests at once are one exchange', async () => {
  const alice = await as('u-1')
  const before = exchanges().length
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => alice.get(`${EQUIPMENT}?$top=1`))
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(exchanges().length - before).toBe(1)
})

test('whom S/4 does not know, it does not let in', async () => {
  const { result, entries } = await sample.recorded(async () =>
    (await as('u-3')).get(`${EQUIPMENT}?$top=1`)
  )
  expect(result.status).toBe(502)
  const refused = expect.objectContaining({ user: null, subject: 'CN=nobody-in-s4', status: 401 })
  expect(entries).toEqual([refused, refused]) // once more with a token from a new exchange
})

test('an issuer without exchange: 403, and nothing is sent anywhere', async () => {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const claims = { iss: 'http://localhost:1', aud: 'urn:example:maintenance', exp, sub: 'u-1' }
  const foreign = signingKey('foreign')
  await oidc.restart(signingKey('second'), foreign)
  const token = forge(foreign, { kid: 'foreign' }, { ...claims, ...ACCOUNTS['u-1'] })
  const { result, entries, connections } = await sample.recorded(() =>
    sample.with(`Bearer ${token}`).get(`${EQUIPMENT}?$top=1`)
  )
  expect(result.status).toBe(403)
  expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
  expect(await sample.sample.output()).toMatch(
    /ERR_USER_TOKEN_REQUIRED.*cds\.requires\.auth\.issuers\.plain\.exchange/
  )
})

test('an issuer that is not configured: 401', async () => {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const claims = { iss: 'https://evil.example', aud: 'urn:example:maintenance', exp, sub: 'u-1' }
  const token = forge(signingKey('first'), { kid: 'first' }, { ...claims, ...ACCOUNTS['u-1'] })
  const { status, headers } = await sample.with(`Bearer ${token}`).get(EQUIPMENT)
  expect({ status, challenge: withoutMetadata(headers['www-authenticate']) }).toEqual({
    ...{ status: 401, challenge: 'Bearer error="invalid_token"' }
  })
})

test('neither assertion nor key is in the log', async () => {
  expect(await sample.sample.output()).not.toMatch(/PHNhbWw|saml:Assertion|PRIVATE KEY/)
})
