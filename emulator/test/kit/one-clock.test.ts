import { startEmulator, type Emulator } from '../../src/index.js'
import { claimsOf, credentials, requestToken, send, viaProxy } from '../support/http.js'
import { requestIdentityToken } from '../support/identity.js'
import { VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

const DAY = 86_400

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...withBackend,
    identity: true,
    destinations: {
      SAML: {
        URL: 'https://x.example',
        Authentication: 'SAMLAssertion',
        audience: 'https://x.example'
      }
    }
  })
})
afterAll(() => emulator.stop())

/** Seconds since the epoch at which each service says that something of it was made. */
const services: Record<string, () => Promise<number[]>> = {
  'XSUAA, tokens': async () => {
    const { body } = await requestToken(emulator, { grant_type: 'password', username: 'alice' })
    const { iat, auth_time } = claimsOf(body.access_token)
    return [iat, auth_time]
  },
  'XSUAA, technical tokens': async () => {
    const { body } = await requestToken(emulator, { grant_type: 'client_credentials' })
    return [claimsOf(body.access_token).iat]
  },
  'IAS, tokens': async () => {
    const form = { grant_type: 'password', username: 'alice', password: '' }
    const { body } = await requestIdentityToken(emulator, form)
    return [body.access_token, body.id_token].flatMap((token) => {
      const { iat, auth_time } = claimsOf(token)
      return [iat, auth_time]
    })
  },
  'Destination service, SAML assertions': async () => {
    const headers = {
      authorization: `Bearer ${await emulator.issueToken({ client: 'destination' })}`,
      'x-user-token': await emulator.issueToken({ user: 'alice' })
    }
    const { uri } = credentials(emulator, 'destination')
    const url = `${uri}/destination-configuration/v1/destinations/SAML`
    const { body } = await send(url, { ca: emulator.ca, headers })
    const xml = Buffer.from(body.authTokens[0].value, 'base64').toString()
    const [, issued = ''] = /IssueInstant="([^"]+)"/.exec(xml) ?? []
    const [, until = ''] = /NotOnOrAfter="([^"]+)"/.exec(xml) ?? []
    return [Date.parse(issued) / 1000, Date.parse(until) / 1000 - 300]
  },
  'Cloud Connector, user certificates': async () => {
    const { body } = await viaProxy(emulator, `http://${VIRTUAL_HOST}/ping`, { user: 'alice' })
    const seconds = Date.now() / 1000
    return [seconds - body.backdatedSeconds + 60, seconds + body.validMinutes * 60 - 3600]
  }
}

it.each([
  [DAY, DAY],
  [-2 * DAY, -DAY]
])('every service goes by it, moved by %d seconds', async (moved, offset) => {
  emulator.advanceTime(moved)
  for (const [name, times] of Object.entries(services)) {
    for (const time of await times()) {
      const late = time - offset - Date.now() / 1000
      expect({ name, isInTime: Math.abs(late) < 10 }).toEqual({ name, isInTime: true })
    }
  }
})
