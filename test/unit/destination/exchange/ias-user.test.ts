import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { NamedUser } from '../../../../src/user/principal.js'
import { type HttpsServer, startHttpsServer } from '../../../support/https-server.js'
import { Landscape, trust } from '../support/landscape.js'

const DESTINATIONS: Record<string, object> = {
  S4: {
    URL: 'http://s4.internal',
    ProxyType: 'OnPremise',
    Authentication: 'PrincipalPropagation'
  },
  D: { URL: 'https://backend.example', Authentication: 'OAuth2JWTBearer' },
  KEYS: {
    URL: 'https://backend.example',
    Authentication: 'OAuth2JWTBearer',
    'x_user_token.jwks_uri': 'https://ias.example/oauth2/certs'
  }
}

let landscape: Landscape
let server: HttpsServer
/** What XSUAA gives in exchange. */
let exchanged: string
/** True if XSUAA refuses the exchange. */
let isRefused = false
/** Number of exchanges at XSUAA, and what came as `X-user-token` at the Destination service. */
let exchanges: number
let userTokens: unknown[]

/** XSUAA and Destination service in one: the emulated ones take no tokens of other issuers. */
beforeAll(async () => {
  landscape = await Landscape.start({})
  const own = await landscape.emulator.issueToken({ client: 'destination' })
  server = await startHttpsServer((req, res) => {
    let form = ''
    req.on('data', (chunk: Buffer) => (form += chunk.toString()))
    req.on('end', () => {
      const isExchange = form.includes('jwt-bearer')
      if (isExchange) exchanges++
      if (req.headers['x-user-token']) userTokens.push(req.headers['x-user-token'])
      const Name = req.url?.split(/[/?]/)[4] ?? ''
      res.setHeader('content-type', 'application/json')
      if (isExchange && isRefused) {
        res.statusCode = 401
        res.end('{"error":"unauthorized","error_description":"User alice is unknown"}')
        return
      }
      const token = { access_token: isExchange ? exchanged : own, expires_in: 3600 }
      res.end(JSON.stringify(req.method === 'POST' ? token : found(Name)))
    })
  })
  trust(server.ca)
  const bindings = landscape.emulator.vcapServices()
  for (const each of [bindings.destination[0]!, bindings.connectivity[0]!]) {
    const uaadomain = new URL(server.url).host
    Object.assign(each.credentials, { uri: server.url, url: server.url, uaadomain })
  }
  process.env['VCAP_SERVICES'] = JSON.stringify(bindings)
})
afterAll(async () => {
  await server.stop()
  await landscape.stop()
})
beforeEach(() => {
  exchanges = 0
  userTokens = []
})

function found(Name: string) {
  const http_header = { key: 'Authorization', value: `Bearer ${exchanged}` }
  return {
    destinationConfiguration: { Name, ...DESTINATIONS[Name] },
    authTokens: [{ type: 'bearer', value: exchanged, expires_in: '3600', http_header }]
  }
}

/** Identity Authentication names users by their subject; the e-mail address is what XSUAA knows as well. */
async function iasUser(): Promise<NamedUser> {
  const claims = {
    ext_attr: undefined,
    user_name: undefined,
    origin: undefined,
    user_id: undefined
  }
  const user = await landscape.user('alice', { claims: { ...claims, sub: 'P000001' } })
  const { tenant, userId, expiresAt, bearerToken } = user
  return { kind: 'named', issuer: 'ias', tenant, userId, expiresAt, bearerToken }
}

const propagated = async (options?: object) => {
  const { proxyConfiguration } = await resolveDestination('S4', await iasUser(), options)
  return proxyConfiguration?.headers?.['SAP-Connectivity-Authentication']
}

test('on premise the own token goes along: the Cloud Connector takes it', async () => {
  exchanged = 'unused'
  expect(await propagated()).toMatch(/^Bearer ey/)
  expect(exchanges).toBe(0)
})

describe('iasToXsuaaTokenExchange', () => {
  const options = { iasToXsuaaTokenExchange: true }

  test('XSUAA gives one of its own, once', async () => {
    exchanged = (await landscape.user('alice')).bearerToken
    const user = await iasUser()
    const attempts = Array.from({ length: 10 }, () => resolveDestination('D', user, options))
    await Promise.all(attempts)
    expect({ exchanges, userTokens }).toEqual({ exchanges: 1, userTokens: [exchanged] })
    expect(await propagated(options)).toBe(`Bearer ${exchanged}`)
  })

  test('it stays when a system has rejected another token', async () => {
    exchanged = (await landscape.user('alice')).bearerToken
    const user = await iasUser()
    await resolveDestination('D', user, options)
    const rejecting = { useCache: false, rejected: { isRejected: () => false, byProxy: false } }
    await resolveDestination('D', user, { ...options, ...rejecting })
    expect(exchanges).toBe(1)
  })

  test.each(['bob', undefined])('not that of somebody else (%s)', async (name) => {
    exchanged = await landscape.emulator.issueToken(name ? { user: name } : {})
    for (const destination of ['D', 'S4']) {
      const attempt = resolveDestination(destination, await iasUser(), options)
      await expect(attempt).rejects.toThrow(/in exchange for the user's of Identity Authentication/)
    }
    expect(userTokens).toEqual([])
  })
})

test('a refused exchange: its hop and code, and not the words of XSUAA', async () => {
  isRefused = true
  const options = { iasToXsuaaTokenExchange: true }
  const call = resolveDestination('D', await iasUser(), options)
  await expect(call.finally(() => (isRefused = false))).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.not.stringContaining('alice') as string,
    explanation: {
      hop: 'token exchange',
      cause:
        "XSUAA gave no token in exchange for the user's of Identity Authentication (401, unauthorized)"
    }
  })
})

test('many refused exchanges keep no other user from one', async () => {
  const options = { iasToXsuaaTokenExchange: true }
  isRefused = true
  for (let i = 0; i < 12; i++) {
    await expect(resolveDestination('D', await iasUser(), options)).rejects.toThrow(
      '(401, unauthorized)'
    )
  }
  isRefused = false
  exchanged = (await landscape.user('alice')).bearerToken
  await resolveDestination('D', await iasUser(), options)
  expect(exchanges).toBe(13)
})

test('without it, the Destination service needs the keys of the issuer', async () => {
  exchanged = (await landscape.user('alice')).bearerToken
  const user = await iasUser()
  await expect(resolveDestination('D', user)).rejects.toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED',
    message: expect.stringMatching(/is of issuer "ias".*iasToXsuaaTokenExchange.*jwks_uri/)
  })
  expect(userTokens).toEqual([])
  await resolveDestination('KEYS', user)
  expect({ exchanges, userTokens }).toEqual({ exchanges: 0, userTokens: [user.bearerToken] })
})
