import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { CREDENTIALS } from '../../../../../src/remote/http/message/identity-headers.js'
import {
  principalKey,
  sessionKey,
  type SessionOwner
} from '../../../../../src/remote/http/connections/principal-key.js'
import { type NamedUser, TokenPrincipal } from '../../../../../src/user/principal.js'

const alice: Omit<NamedUser, 'kind'> = {
  ...{ userId: 'alice', tenant: 't1', issuer: 'xsuaa', origin: 'sap.default', subject: '4711' },
  ...{ expiresAt: 1, bearerToken: 'token-1' }
}
const user = (changes: object = {}) => new TokenPrincipal({ ...alice, ...changes })
const text = (key: readonly unknown[]) => JSON.stringify(key)

/** What makes somebody else of alice. */
const OTHERS = [
  { userId: 'bob' },
  { tenant: 't2' },
  { tenant: undefined },
  { issuer: 'ias' },
  { origin: 'other-idp' },
  { subject: '4712' }
]

const HEADERS = Object.fromEntries(CREDENTIALS.map((name) => [name, `secret of ${name}`]))

describe('what belongs to exactly these credentials', () => {
  const key = (who: NamedUser | undefined, headers: Record<string, string> = HEADERS) =>
    text(principalKey(who, headers))

  test('is the same for the same user and credentials, whatever the rest of the headers', () => {
    expect(key(user(), { ...HEADERS, accept: 'x' })).toBe(key(user()))
  })

  test.each(OTHERS)('is another for %j', (changes) => {
    expect(key(user(changes))).not.toBe(key(user()))
  })

  test('is another for the technical user', () => {
    expect(key(undefined)).not.toBe(key(user()))
  })

  test.each(CREDENTIALS)('is another for another %s, and without it', (name) => {
    const { [name]: own = '', ...others } = HEADERS
    const all = [HEADERS, { ...HEADERS, [name]: 'other' }, others]
    for (const who of [user(), undefined]) {
      expect(new Set(all.map((headers) => key(who, headers))).size).toBe(3)
    }
    const [another = ''] = CREDENTIALS.filter((each) => each !== name)
    expect(key(user(), { [name]: own })).not.toBe(key(user(), { [another]: own }))
  })

  test('holds no credential', () => {
    expect(key(user())).not.toMatch(/secret|token-1/)
  })
})

describe('a session with a system', () => {
  const destination: HttpDestination = { name: 'S4', url: 'https://s4.example' }
  const owner: SessionOwner = { destination, user: user(), tenant: 't1', identity: {} }
  const key = (changes: Partial<SessionOwner> = {}, headers: Record<string, string> = {}) =>
    text(sessionKey({ ...owner, ...changes }, headers))
  const certificate = (name: string, content = 'cGVt') => ({ name, content, type: 'p12' })
  const withCertificates = (...certificates: ReturnType<typeof certificate>[]) => ({
    destination: { ...destination, certificates }
  })

  test('is the user’s, whatever the token', () => {
    const next = user({ bearerToken: 'token-2', expiresAt: 2 })
    const headers = { authorization: 'Bearer token-2' }
    expect(key({ user: next, identity: headers }, headers)).toBe(key())
    expect(key({ tenant: 't2' })).toBe(key()) // the tenant that counts is the one of the token
  })

  test.each(OTHERS)('is another for %j', (changes) => {
    expect(key({ user: user(changes) })).not.toBe(key())
  })

  test('of a technical user is another for each tenant, and for other credentials', () => {
    const technical = (tenant?: string, headers: Record<string, string> = {}) =>
      key({ user: undefined, tenant, identity: headers }, headers)
    const keys = [
      technical('t1'),
      technical('t2'),
      technical(),
      technical('t1', { authorization: 'Basic a' }),
      technical('t1', { authorization: 'Basic b' }),
      key()
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(technical('t1', { authorization: 'Basic a' })).toBe(keys[3])
  })

  test.each<[string, object, object]>([
    ['client certificate', withCertificates(certificate('a')), withCertificates(certificate('b'))],
    [
      'client certificate of the same name',
      withCertificates(certificate('a')),
      withCertificates(certificate('a', 'b3RoZXI='))
    ],
    [
      'second client certificate',
      withCertificates(certificate('a')),
      withCertificates(certificate('a'), certificate('b'))
    ],
    ['SAP client', { identity: { 'sap-client': '100' } }, { identity: { 'sap-client': '200' } }],
    [
      'query of the destination',
      { destination: { ...destination, queryParameters: { apikey: '1' } } },
      { destination: { ...destination, queryParameters: { apikey: '2' } } }
    ]
  ])('is another for another %s', (_, one, other) => {
    for (const who of [user(), undefined]) {
      const keys = [{}, one, other].map((changes) => key({ user: who, ...changes }))
      expect(new Set(keys).size).toBe(3)
    }
  })

  test('without a client certificate is the same, whether there is a list of them', () => {
    expect(key(withCertificates())).toBe(key())
  })

  test('belongs to the cookie that a request brings', () => {
    const keys = [key(), key({}, { cookie: 'LOGON=1' }), key({}, { cookie: 'LOGON=2' })]
    expect(new Set(keys).size).toBe(3)
  })

  test('has a key without anything secret', () => {
    const identity = { apikey: 'secret', authorization: 'Basic secret' }
    const headers = { cookie: 'LOGON=secret', authorization: 'Basic secret' }
    expect(key({ user: undefined, identity }, headers)).not.toContain('secret')
    expect(key(withCertificates(certificate('a', 'secret')))).not.toContain('secret')
  })
})
