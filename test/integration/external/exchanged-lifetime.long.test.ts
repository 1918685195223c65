import { join } from 'node:path'

import type { Client } from '../../support/client.js'
import type { RunningSample } from '../../support/running-sample.js'
import { WhoBackend } from '../on-behalf-of/who-backend.js'
import { signingKey } from '../oidc/forge.js'
import { OidcServer } from '../oidc/oidc-server.js'
import { startExternal } from './external-landscape.js'

const person = (preferred_username: string) => ({
  ...{ preferred_username, email: `${preferred_username}@idp.example` },
  ...{ groups: ['technicians'], plants: ['1010'], customer_id: 'C-100' }
})

let oidc: OidcServer
let sample: RunningSample
let backend: WhoBackend

beforeAll(async () => {
  oidc = await OidcServer.start({ a: person('alice'), b: person('bob') }, signingKey('first'))
  backend = await WhoBackend.start()
  const onPremise = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }
  const forward = { Authentication: 'NoAuthentication', 'HTML5.ForwardAuthToken': true }
  sample = await startExternal(
    oidc,
    join(__dirname, '../on-behalf-of/app'),
    {
      destinations: {
        PP: { ...onPremise, Authentication: 'PrincipalPropagation' },
        FORWARD: { ...onPremise, ...forward, ProxyType: 'Internet', URL: backend.url }
      },
      onPremise: {
        's4.internal:44300': { backend: join(__dirname, '../background/backend.ts') }
      }
    },
    { ca: backend.ca }
  )
  backend.trust(sample.emulator)
  // the tokens of the services are there before answers for users are put in line
  expect(await call(await as('b'), 'PP')).not.toHaveProperty('code')
})
afterAll(async () => {
  await sample?.stop()
  await backend?.stop()
  await oidc?.stop()
})

async function as(login: string): Promise<Client> {
  const { access_token: token } = await oidc.userTokens(login, 'urn:example:maintenance')
  return sample.with(`Bearer ${token}`)
}

async function call(user: Client, target: string, options: object = {}) {
  const data = { place: 'request', way: 'execute', target, options: JSON.stringify(options) }
  const { status, body } = await user.post('/odata/v4/policy/call', data)
  expect(status).toBe(200)
  return JSON.parse(body.value as unknown as string) as { code?: string }
}

/** Requests for tokens; those of the services are there already. */
const exchanges = () =>
  sample.emulator.requests('xsuaa').filter(({ path }) => path.startsWith('/oauth/token')).length

/** The next exchange gives a token that ends that soon. */
async function nextEndsIn(expiresIn: number): Promise<void> {
  const access_token = await sample.emulator.issueToken({ user: 'alice', expiresIn })
  sample.emulator.enqueue('xsuaa/token', {
    body: { access_token, token_type: 'bearer', expires_in: expiresIn }
  })
}

describe.each(['PP', 'FORWARD'])(
  'minTokenLifetime and %s with a token from an exchange',
  (target) => {
    test('one that is kept, and does not last long enough, is exchanged once more', async () => {
      const alice = await as('a')
      await nextEndsIn(150)
      const before = exchanges()
      expect(await call(alice, target)).not.toHaveProperty('code')
      expect(await call(alice, target, { minTokenLifetime: 100 })).not.toHaveProperty('code')
      expect(exchanges() - before).toBe(1) // it was kept
      expect(await call(alice, target, { minTokenLifetime: 300 })).not.toHaveProperty('code')
      expect(exchanges() - before).toBe(2)
      expect(await call(alice, target, { minTokenLifetime: 300 })).not.toHaveProperty('code')
      expect(exchanges() - before).toBe(2) // the new one is kept
    })

    test('when not even a new one lasts, nothing is sent', async () => {
      const alice = await as('a')
      const options = { minTokenLifetime: 31_536_000 }
      const { result, entries } = await sample.recorded(() => call(alice, target, options))
      expect(result).toMatchObject({ code: 'ERR_TOKEN_EXPIRES' })
      expect(entries).toEqual([])
    })
  }
)
