import { inspect } from 'node:util'

import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { type HttpsServer, startHttpsServer } from '../../../support/https-server.js'
import { Landscape, trust } from '../support/landscape.js'

const TECHNICAL: Principal = { kind: 'technical', origin: 'token', tenant: undefined }
const REFRESH_TOKEN = 'opaque refresh/token'
const CLIENT_SECRET = 'secret+of the/client'
const PASSWORD = 'pass word'

const configuration = (Authentication: string) => ({
  ...{ Name: 'D', Type: 'HTTP', URL: 'https://backend.example', ProxyType: 'Internet' },
  ...{ Authentication, clientId: 'client', clientSecret: CLIENT_SECRET },
  ...{ User: 'tina', Password: PASSWORD, tokenServiceURL: 'https://token.example/oauth/token' }
})

let landscape: Landscape
/** A Destination service whose token services repeat what they get. */
let service: HttpsServer
let type = ''
let words = (_headers: Record<string, unknown>) => ''
beforeAll(async () => {
  landscape = await Landscape.start({})
  service = await startHttpsServer((req, res) => {
    const destinationConfiguration = configuration(type)
    const asked = !req.url?.includes('skipTokenRetrieval')
    const authTokens = asked && [{ type: '', value: '', error: words(req.headers) }]
    const answer = { destinationConfiguration, ...(authTokens && { authTokens }) }
    res.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  trust(service.ca)
  const vcap = landscape.emulator.vcapServices()
  for (const { credentials } of vcap.destination) Object.assign(credentials, { uri: service.url })
  process.env['VCAP_SERVICES'] = JSON.stringify(vcap)
})
afterAll(async () => {
  await service.stop()
  await landscape.stop()
})

async function refusal(user: Principal): Promise<Error> {
  const options = { refreshToken: REFRESH_TOKEN, useCache: false } as const
  const error: unknown = await resolveDestination('D', user, options).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
  return error as Error
}

test.each([
  ['OAuth2RefreshToken', 'a refresh token', REFRESH_TOKEN],
  ['OAuth2RefreshToken', 'a refresh token in a form', encodeURIComponent(REFRESH_TOKEN)],
  ['OAuth2RefreshToken', 'the secret of the client', CLIENT_SECRET],
  ['OAuth2ClientCredentials', 'the secret of the client', CLIENT_SECRET],
  ['OAuth2ClientCredentials', 'the secret in a form', encodeURIComponent(CLIENT_SECRET)],
  ['OAuth2Password', 'the password', PASSWORD],
  ['OAuth2Password', 'Basic credentials', 'Basic dGluYTpwYXNz']
])('%s: %s that a token service repeats comes into no error', async (authentication, _, secret) => {
  type = authentication
  words = () => `the request "x=${secret}&y" is refused`
  const error = await refusal(TECHNICAL)
  expect(error.message).toMatch(/says "the request "x=.*&y" is refused"/)
  const shown = inspect(error, { depth: 20, showHidden: true, getters: true })
  expect(shown).not.toContain(secret.replace(/^Basic /, ''))
})

test("the user's token that a token service repeats comes into no error", async () => {
  type = 'OAuth2UserTokenExchange'
  words = (headers) => `${String(headers['x-user-token'])} of ${String(headers['authorization'])}`
  const user = await landscape.user('alice')
  const error = await refusal(user)
  expect(inspect(error, { depth: 20, showHidden: true, getters: true })).not.toMatch(/eyJ/)
})

test('the name and the address of the user that a token service repeats come into no error', async () => {
  type = 'OAuth2UserTokenExchange'
  words = () => 'insufficient_scope: User alice (alice@example.com, "a.l@example.com") has none'
  const { message } = await refusal(await landscape.user('alice'))
  expect(message).toMatch(/says "insufficient_scope: User <user> \((<address>), "\1"\) has/)
  expect(message).not.toMatch(/alice|example\.com/)
})
