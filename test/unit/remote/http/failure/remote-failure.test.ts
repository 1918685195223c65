import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import cds from '@sap/cds'

import { HttpFailure } from '../../../../../src/remote/http/failure/http-failure.js'
import {
  remoteFailure,
  type SentCall
} from '../../../../../src/remote/http/failure/remote-failure.js'
import { TransportError } from '../../../../../src/remote/http/message/http-call.js'

const internet = { name: 'S4', url: 'https://s4.example' } as HttpDestination
const onPremise = { ...internet, proxyType: 'OnPremise' } as HttpDestination
const sent = { userBound: true, isRepeated: false, withCsrf: false }
const answer = (status: number, data: unknown = '', headers: Record<string, string> = {}) => ({
  status,
  statusText: '',
  headers,
  data
})
const failureOf = (
  outcome: Parameters<typeof remoteFailure>[0],
  destination = internet,
  facts: Partial<SentCall> = {}
) => remoteFailure(outcome, { ...sent, ...facts, destination }, new HttpFailure('failed'))

describe('what a failed call means', () => {
  test('the first rule that applies counts: the proxy is asked before the system', () => {
    const denied = answer(403, 'Access denied to system s4:443')
    expect(failureOf(denied, onPremise)?.code).toBe('ERR_REMOTE_NOT_EXPOSED')
    expect(failureOf(denied)?.code).toBe('ERR_REMOTE_FORBIDDEN')
  })

  test('a lost connection is named by the next hop', () => {
    const lost = new TransportError('socket hang up', 'ECONNRESET')
    expect(failureOf(lost)?.message).toContain('failed: the system ended the connection')
    expect(failureOf(lost, onPremise)?.message).toContain('failed: the Connectivity proxy ended')
    expect(failureOf(new TransportError('no', 'ERR_UNKNOWN'))).toBeUndefined()
  })

  test("a system's own words about the request are no failure of the way", () => {
    const error = { error: { code: 'X/1', message: 'no' } }
    expect(failureOf(answer(503, error), onPremise)).toBeUndefined()
    expect(failureOf(answer(403, error))?.message).toContain('(403, X/1)')
    expect(failureOf(answer(404, 'Not Found'))).toBeUndefined()
    expect(failureOf(answer(304, '', { location: '/logon' }))).toBeUndefined()
  })

  test.each(['/IWFND/MED/170', '/IWFND/MED170'])(
    'a service that is not activated in SAP Gateway is no lack of authorizations: %s',
    (code) => {
      const error = { error: { code, message: { value: 'No service found for namespace , …' } } }
      const call = { url: new URL('https://s4.example/sap/opu/X_SRV'), headers: {} } as never
      expect(failureOf(answer(403, error), onPremise, { call })).toMatchObject({
        code: 'ERR_REMOTE_ANSWER',
        explanation: {
          cause: `the call to destination "S4" failed: the system has no such service, or it is not activated (403, ${code})`,
          sent: '/sap/opu/X_SRV',
          fix: expect.stringMatching(/^Check "path".*MAINT_SERVICE/) as unknown
        }
      })
      const other = { error: { code: '/IWFND/MED/1700', message: 'no' } }
      expect(failureOf(answer(403, other))?.code).toBe('ERR_REMOTE_FORBIDDEN')
    }
  )

  test.each<[string, string, object, RegExp]>([
    [
      'with a near name',
      'S44',
      { S4: {} },
      /^"S44" is not in emulator\.destinations: did you mean "S4"\?.* Otherwise start it in/
    ],
    ['with the name itself', 'S4', { S4: {} }, /^Start it in a second terminal: cds mock API_X$/],
    ['with other names', 'WEATHER', { S4: {} }, /^Start it in a second terminal/],
    ['without destinations', 'S44', {}, /^Start it in a second terminal/]
  ])('a mock that does not run, %s', (_, name, destinations, fix) => {
    cds.env.requires.auth = { emulator: { destinations } } as never
    const text = 'x: start a mock in a second terminal: cds mock API_X'
    const error = failureOf(answer(502, text), { ...onPremise, name })
    expect(error?.explanation.fix).toMatch(fix)
  })

  test('a URL without a destination is named by its host', () => {
    const call = { url: new URL('https://s4.example:8443/x'), headers: {} } as never
    const plain = { url: 'https://s4.example:8443' } as HttpDestination
    const failure = failureOf(answer(401), plain, { call })
    expect(failure?.message).toMatch(/^the call to s4\.example:8443 failed/)
    expect(failureOf(answer(401), plain)?.message).toMatch(/^the call to a URL failed/)
  })

  test('a body with an empty error says nothing', () => {
    expect(failureOf(answer(503, { error: null }))?.code).toBe('ERR_REMOTE_UNAVAILABLE')
    expect(failureOf(answer(500, { error: null }))).toBeUndefined()
  })
})

describe('a 401 of a system is told apart by its answer', () => {
  const NETWEAVER = (client: string) => ({
    'www-authenticate': `Basic realm="SAP NetWeaver Application Server [S4H/${client}]"`
  })
  const inTime = (seconds: number) => ({
    date: new Date(Date.now() + seconds * 1000).toUTCString()
  })
  const at = (sapClient: string) => ({ ...onPremise, sapClient }) as HttpDestination
  const as = (Authentication: string) =>
    ({ ...internet, authentication: Authentication }) as HttpDestination
  const asUser = { userBound: true }
  const technical = { userBound: false }

  test.each<[string, HttpDestination, Partial<SentCall>, Record<string, string>, RegExp]>([
    [
      'user without a rule',
      at('100'),
      asUser,
      NETWEAVER('100'),
      /user in its client 100.*CERTRULE.* in client 100; .*check "sap-client" of the destination \(sent 100\)/
    ],
    ['the default client', onPremise, asUser, NETWEAVER('001'), /default client 001.*"sap-client"/],
    ['no sign of a client', onPremise, asUser, {}, /does not know the user \(401\).*CERTRULE/],
    [
      'another client',
      at('200'),
      asUser,
      NETWEAVER('100'),
      /in another client.*\(sent sap-client 200 ≠ expected 100, which has answered\).*"sap-client".*If client 100 is meant, .*CERTRULE/
    ],
    [
      'a clock that is behind',
      at('200'),
      asUser,
      inTime(-420),
      /its clock is 7 min behind that of/
    ],
    [
      'a clock that is ahead',
      internet,
      technical,
      inTime(90),
      /its clock is (89|90) s ahead of that/
    ],
    ['a clock that is right', at('100'), asUser, inTime(-5), /CERTRULE/],
    [
      'an exchanged token',
      internet,
      asUser,
      { 'www-authenticate': 'Bearer realm="x", error="invalid_token", error_description="alice"' },
      /logon of the user \(401, invalid_token\).*audience/
    ],
    ['a wrong password', as('BasicAuthentication'), technical, {}, /Check User and Password.*SU01/],
    ['no logon at all', as('NoAuthentication'), technical, {}, /wants a logon/],
    ['a certificate', as('ClientCertificateAuthentication'), technical, {}, /KeyStoreLocation/],
    ['a token', as('OAuth2ClientCredentials'), technical, {}, /trusts the issuer of the token/],
    ['something else', as('constructor'), technical, {}, /Check user, password or client/]
  ])('%s', (_, destination, facts, headers, message) => {
    const error = failureOf(answer(401, '<html>', headers), destination, facts)
    expect(error).toMatchObject({
      code: 'ERR_REMOTE_UNAUTHORIZED',
      message: expect.stringMatching(message)
    })
    expect(error?.message).not.toContain('alice')
  })

  test('a technical user behind the Cloud Connector', () => {
    const headers = { 'sap-connectivity-technical-authentication': 'Bearer x' }
    const call = { url: new URL('http://s4/'), headers } as unknown as NonNullable<SentCall['call']>
    const error = failureOf(answer(401), as('NoAuthentication'), { ...technical, call })
    expect(error?.message).toMatch(/technical user.*CN=<id of the OAuth client>/)
  })

  test('the cookie of SAP systems names the client as well', () => {
    const { headers, ...rest } = answer(401)
    const cookies = ['SAP_SESSIONID=canary', 'sap-usercontext=sap-client=001; path=/']
    const error = failureOf(
      { ...rest, headers: { ...headers, 'set-cookie': cookies } },
      at('200'),
      asUser
    )
    expect(error?.explanation).toMatchObject({
      sent: 'sap-client 200',
      expected: '001, which has answered'
    })
    expect(error?.message).not.toContain('canary')
  })

  test("the proxy's own, about the token of the user", () => {
    const text = 'The user token in header SAP-Connectivity-Authentication is not valid'
    expect(failureOf(answer(401, text), onPremise, asUser)).toMatchObject({
      code: 'ERR_REMOTE_PROXY',
      explanation: { hop: 'the Connectivity proxy', principal: 'named', destination: 'S4' }
    })
  })
})

describe('facts about the request', () => {
  const call = (path: string, headers: Record<string, string> = {}) =>
    ({ call: { url: new URL(path, 'http://s4'), headers } }) as unknown as Partial<SentCall>

  test('its path, without query and keys', () => {
    const path = "/sap/Persons('alice')/to_Mail(Id='a',Type='%2F')/$count?secret=1"
    const error = failureOf(answer(403), onPremise, call(path))
    expect(error?.explanation.sent).toBe('/sap/Persons(...)/to_Mail(...)/$count')
    const address = failureOf(answer(403), internet, call('/users/alice@example.com/mail'))
    expect(address?.explanation.sent).toBe('/users/.../mail')
  })

  test('the host that can not be reached, unless it is that of the proxy', () => {
    const gone = new TransportError('no', 'ECONNREFUSED')
    expect(failureOf(gone, internet, call('/x'))?.explanation.sent).toBe('s4')
    expect(failureOf(gone, onPremise, call('/x'))?.explanation).not.toHaveProperty('sent')
  })

  test('the location id', () => {
    const text = 'There is no SAP Cloud Connector (SCC) connected to your subaccount.'
    const elsewhere = { ...onPremise, cloudConnectorLocationId: 'plant' }
    expect(failureOf(answer(503, text), elsewhere)?.explanation.sent).toBe('location id "plant"')
    expect(failureOf(answer(503, text), onPremise)?.explanation.sent).toBe('no location id')
  })

  test('the client that the request names, also in its query', () => {
    const headers = { 'set-cookie': ['sap-usercontext=sap-client=001'] }
    const refused = { ...answer(401), headers }
    for (const named of [call('/?sap-client=200'), call('/', { 'sap-client': '200' })]) {
      expect(failureOf(refused, onPremise, named)?.explanation.sent).toBe('sap-client 200')
    }
  })
})
