import cds from '@sap/cds'
import { executeHttpRequest as sdkExecute } from '@sap-cloud-sdk/http-client'

import { claimsOf, requestToken } from '../../../emulator/test/support/http.js'
import { AUTHENTICATION_TYPES } from '../../../src/destination/authentication-types.js'
import { destinationFor, executeHttpRequest } from '../../../src/remote/api.js'
import { closeConnections } from '../../../src/remote/http/connections/connections.js'
import PrincipalRemoteService from '../../../src/remote/service.js'
import { muteConsole } from '../../support/console.js'
import { tokenUser } from '../../unit/remote/support/token-user.js'
import type { Seen } from '../fidelity/echo.js'
import { FidelityLandscape } from '../fidelity/landscape.js'

muteConsole('info', 'warn', 'error')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

const CLIENT = 'sb-maintenance!t1'

/** Destination of each type, and who the system takes the caller for when alice is current. */
const TYPES: Readonly<Record<string, readonly [destination: string, caller: string]>> = {
  NoAuthentication: ['NO_AUTHENTICATION', 'nobody'],
  BasicAuthentication: ['BASIC', 'bob:builder'],
  ClientCertificateAuthentication: ['CERTIFICATE', 'the certificate of maintenance'],
  OAuth2ClientCredentials: ['CLIENT_CREDENTIALS', CLIENT],
  OAuth2Password: ['PASSWORD', 'bob'],
  OAuth2RefreshToken: ['REFRESH', 'alice'],
  OAuth2TechnicalUserPropagation: ['TECHNICAL', `CN=${CLIENT}`],
  PrincipalPropagation: ['PROPAGATION', 'CN=alice'],
  OAuth2UserTokenExchange: ['EXCHANGE', 'alice'],
  OAuth2JWTBearer: ['JWT_BEARER', 'alice'],
  OAuth2TokenExchange: ['TOKEN_EXCHANGE', 'alice'],
  OAuth2SAMLBearerAssertion: ['SAML_BEARER', 'alice'],
  SAMLAssertion: ['SAML', 'alice']
}

const GET = { method: 'get', url: '/sap/x' } as const

/** What a remote system has got to know, on the internet or behind a Cloud Connector. */
type Known = Seen & { readonly subject?: string | null }

function callerIn({ headers, certificate, subject }: Known): string {
  if (subject) return subject
  if (certificate) return `the certificate of ${certificate}`
  const [scheme, value = ''] = (headers['authorization'] ?? '').split(' ')
  const text = Buffer.from(value, 'base64').toString()
  if (scheme === 'Basic') return text
  if (scheme === 'SAML2.0') return /<saml:NameID[^>]*>([^<]*)</.exec(text)?.[1] ?? text
  if (scheme !== 'Bearer') return 'nobody'
  const { user_name, cid } = claimsOf(value) as { user_name?: string; cid: string }
  return user_name ?? cid
}

class Remote extends PrincipalRemoteService {}

/** Calls a destination as an application does. */
const WAYS: Record<string, (destination: string, options: object) => Promise<unknown>> = {
  executeHttpRequest: async (destinationName, options) =>
    (await executeHttpRequest({ destinationName, ...options }, GET)).data as unknown,
  'destinationFor, and the SAP Cloud SDK': async (destinationName, options) => {
    const destination = await destinationFor(destinationName, options)
    return (await sdkExecute(destination, GET, { fetchCsrfToken: false })).data as unknown
  },
  'a remote service of CAP': async (destination, destinationOptions) => {
    const options = { kind: 'rest', credentials: { destination }, destinationOptions }
    const make = Remote as unknown as new (...parameters: unknown[]) => Remote
    const service = new make(destination, {}, options)
    await service.init()
    return service.send('GET' as never, GET.url as never) as unknown
  }
}

let landscape: FidelityLandscape
let refreshToken: string
beforeAll(async () => {
  landscape = await FidelityLandscape.start()
  const form = { grant_type: 'password', username: 'alice' }
  const { body } = await requestToken(landscape.emulator, form)
  refreshToken = body.refresh_token as string
})
afterAll(async () => {
  closeConnections()
  await landscape.stop()
})

test('every type that can be sent is here', () => {
  const sendable = Object.entries(AUTHENTICATION_TYPES).filter(([, type]) => type.sendable)
  expect(Object.keys(TYPES).toSorted()).toEqual(sendable.map(([name]) => name).toSorted())
})

describe.each(Object.keys(WAYS))('%s', (way) => {
  test.each(Object.entries(TYPES))('%s is sent', async (type, [destination, caller]) => {
    const token = await landscape.emulator.issueToken({ user: 'alice' })
    const { zid: tenant } = claimsOf(token) as { zid: string }
    const user = tokenUser('alice', tenant, 3600, token)
    const options = type === 'OAuth2RefreshToken' ? { refreshToken } : {}
    const call = () => WAYS[way]!(destination, options)
    const seen = await cds.tx({ tenant, user } as never, call as never)
    expect(callerIn(seen as Known)).toBe(caller)
  })
})
