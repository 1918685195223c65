import { identityCredentials } from '../../../emulator/test/support/identity.js'
import { startLandscape } from '../../support/emulator.js'
import { trust } from '../../unit/destination/support/landscape.js'
import type { Emulator } from '../../../emulator/src/index.js'
import { type Sample, startSample } from '../../support/sample.js'
import { Agent } from './agent.js'

const CALLBACK = 'http://127.0.0.1:51234/callback'
const WHOAMI = '/odata/v4/change/whoami()'

let emulator: Emulator
let sample: Sample
beforeAll(async () => {
  emulator = await startLandscape({
    identity: {
      publicClient: true,
      grantTypes: ['authorization_code_pkce_s256', 'refresh_token'],
      redirectUris: ['http://127.0.0.1:*/**']
    }
  })
  trust(emulator.ca)
  const { identity, destination, connectivity } = emulator.vcapServices()
  sample = await startSample({
    emulator,
    extra: `${__dirname}/../ias-emulated/app`,
    env: { VCAP_SERVICES: JSON.stringify({ identity, destination, connectivity }) }
  })
})
afterAll(async () => {
  await sample.stop()
  await emulator.stop()
})

test('a public client of Identity Authentication: from the 401 to a token, and back', async () => {
  const { clientid: client_id = '', url = '' } = identityCredentials(emulator)
  const agent = new Agent(emulator, { client_id }, CALLBACK)
  const found = await agent.discover(sample.url + WHOAMI, 'alice')
  expect(found).toMatchObject({
    authorizationServer: url,
    resource: `${sample.url}/odata/v4/change`,
    scopes: ['openid', 'email', 'profile']
  })
  const answer = await agent.get(sample.url + WHOAMI)
  expect(answer.status).toBe(200)
})

test('there is no metadata of an authorization server at the application', async () => {
  const { status } = await fetch(`${sample.url}/.well-known/oauth-authorization-server`)
  expect(status).toBe(404)
})
