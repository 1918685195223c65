import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Emulator } from '../../../src/emulator/index.js'
import { type Client, client } from '../../support/client.js'
import { startLandscape } from '../../support/emulator.js'
import { tokenOf } from '../../support/password-grant.js'
import { type Sample, SAMPLE, startSample } from '../../support/sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { SamlBackend } from './saml-backend.js'

let backend: SamlBackend
let emulator: Emulator
let sample: Sample
const clients: Client[] = []

beforeAll(async () => {
  backend = await SamlBackend.start()
  trust(backend.ca)
  const target = { URL: backend.url }
  const bearer = { ...target, Authentication: 'OAuth2SAMLBearerAssertion', ...backend.oauth }
  const direct = { ...target, Authentication: 'SAMLAssertion', audience: backend.oauth.audience }
  const destinations = {
    BEARER: bearer,
    WRONG_CLIENT: { ...bearer, tokenServicePassword: 'x' },
    WRONG_AUDIENCE: { ...bearer, audience: 'https://other.example' },
    ASSERTION: { ...direct, assertionRecipient: `${backend.url}/acs` }
  }
  const descriptor = JSON.parse(readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8'))
  const exchange = { name: 'Token_Exchange', 'scope-references': ['uaa.user'] }
  const roles = ['Technician', 'Token_Exchange']
  emulator = await startLandscape({
    users: { alice: { roles }, bob: { roles }, dave: { roles: ['Viewer'] } },
    xsSecurity: { ...descriptor, 'role-templates': [...descriptor['role-templates'], exchange] },
    destinations
  })
  await backend.trust(emulator)
  const services = Object.keys(destinations).map((destination) => [
    destination,
    { kind: 'rest', credentials: { destination } }
  ])
  sample = await startSample({
    emulator: { ...emulator, ca: `${emulator.ca}\n${backend.ca}` },
    extra: join(__dirname, 'app'),
    requires: Object.fromEntries(services)
  })
})
afterAll(async () => {
  for (const each of clients) each.close()
  await sample.stop()
  await emulator.stop()
  await backend.stop()
})
beforeEach(() => {
  backend.calls.length = 0
})

async function relay(user: string | undefined, action: string, service: string) {
  const one = client(sample.url, `Bearer ${await tokenOf(emulator, user)}`)
  clients.push(one)
  const { body } = await one.get(`/odata/v4/relay/${action}(service='${service}')`)
  return JSON.parse(body.value as unknown as string)
}

describe.each([
  ['BEARER', 'Bearer', undefined],
  ['ASSERTION', 'SAML2.0', 'create']
])('%s', (service, scheme, session) => {
  test('the remote system knows each user by the assertion', async () => {
    for (const user of ['alice', 'bob', 'alice']) {
      expect(await relay(user, 'call', service)).toEqual({ user })
    }
    expect(backend.calls).toEqual(
      ['alice', 'bob', 'alice'].map((user) => ({ user, scheme, session }))
    )
  })

  test('20 calls at once are all the user’s, although no assertion is good for two', async () => {
    const answers = await relay('bob', 'burst', service)
    expect(answers).toEqual(Array.from({ length: 20 }, () => ({ user: 'bob' })))
  })

  test.each([
    ['a technical user', undefined, 'call'],
    ['the privileged user, in a request of alice', 'alice', 'privileged']
  ])('R60: %s is refused', async (_, user, action) => {
    const { code } = await relay(user, action, service)
    expect(code).toBe('ERR_USER_TOKEN_REQUIRED')
    expect(backend.calls).toEqual([])
  })
})

test.each<[string, string, RegExp]>([
  ['WRONG_CLIENT', 'alice', /wrong client/],
  ['WRONG_AUDIENCE', 'alice', /Audience of the assertion/],
  ['BEARER', 'dave', /Insufficient scope.*Token_Exchange/]
])('R65: %s as %s: the reason, and no other way', async (service, user, message) => {
  const error = await relay(user, 'call', service)
  expect(error).toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
  expect(error.message).toMatch(message)
  expect(backend.calls).toEqual([])
})

test('R80: no assertion is in the log', () => {
  const printed = sample.output()
  expect(printed).toContain('ERR_DESTINATION_UNAVAILABLE')
  expect(printed).not.toMatch(/PHNhbWw|saml:Assertion|SAML2\.0 P/)
})
