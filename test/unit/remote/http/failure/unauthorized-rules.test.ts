import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { answer, DIRECT, expectSaid, PROXIED, said, type Said } from '../../support/said.js'

const [WHAT, PREFIX] = ['ERR_REMOTE_UNAUTHORIZED the system', 'the system does not']
const CERTRULE =
  "In SAP systems the user's certificate needs a rule (transaction CERTRULE), and the Cloud Connector's system " +
  'certificate has to be trusted (icm/trusted_reverse_proxy).'

const NOW = 1_900_000_000_000
beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(NOW))
afterEach(() => jest.restoreAllMocks())

const at = (seconds: number) => ({ date: new Date(NOW + seconds * 1000).toUTCString() })
const realm = (client: string) => ({ 'www-authenticate': `Basic realm="SAP [S4H/${client}]"` })
const inClient = (sapClient: string) => ({ ...PROXIED, sapClient }) as HttpDestination
const withType = (authentication: string) => ({ ...DIRECT, authentication }) as HttpDestination
const exactly = (text: string) =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`)

const ASK = "Check that it trusts the issuer of the exchanged token, and the token's audience."
const CLIENT =
  'Check the property "sap-client" of the destination: that client may not be there, or its header gets lost on the way.'
const CLOCK =
  'Let both follow a time server (NTP): tokens and the certificates of users are valid by the clock.'

describe.each([
  [false, ''],
  [true, ', also with fresh tokens']
])('a 401 of a system, repeated: %p', (isRepeated, again) => {
  const error = (
    destination: HttpDestination,
    headers: object,
    userBound = true,
    data: unknown = ''
  ) => said(answer(401, data, headers), destination, { isRepeated, userBound })
  const check = (actual: ReturnType<typeof said>, cause: string, fix: string, sent?: string) => {
    const expected: Said = [WHAT, cause, sent, exactly(fix)]
    expectSaid(actual, expected)
  }

  test.each<[number, string]>([
    [60, '60 s ahead of'],
    [-60, '60 s behind'],
    [119, '119 s ahead of'],
    [120, '2 min ahead of'],
    [-420, '7 min behind']
  ])('with a clock that is %d s ahead', (seconds, difference) => {
    for (const [userBound, who] of [
      [true, 'user'],
      [false, 'technical user']
    ] as const) {
      check(
        error(inClient('200'), { ...at(seconds), ...realm('100') }, userBound),
        `${PREFIX} accept the logon of the ${who} (401)${again}, and its clock is ${difference} that of the application`,
        CLOCK
      )
    }
  })

  test('in another client than the one that was asked for', () => {
    const cause = (who: string) =>
      `the system has answered in another client, and does not accept the logon of the ${who} there (401)${again}`
    const rule = ' If client 100 is meant, the user needs a rule in it (transaction CERTRULE).'
    const headers = { ...realm('100'), ...at(59) }
    check(error(inClient('200'), headers), cause('user'), CLIENT + rule, 'sap-client 200')
    const technical = error(inClient('200'), headers, false)
    check(technical, cause('technical user'), CLIENT, 'sap-client 200')
  })

  test('that does not know the user behind the Cloud Connector', () => {
    const unknown = (where: string) => `${PREFIX} know the user${where} (401)${again}`
    check(error(PROXIED, {}), unknown(''), CERTRULE)
    check(error(inClient('200'), at(-59)), unknown(''), CERTRULE)
    check(
      error(PROXIED, realm('001')),
      unknown(' in its default client 001'),
      `${CERTRULE} Where the users are in another client, name it in the property "sap-client" of the destination.`
    )
    check(
      error(inClient('100'), realm('100')),
      unknown(' in its client 100'),
      `${CERTRULE} The rule has to be in client 100; where the users are in another one, check "sap-client" of the destination ` +
        '(sent 100).'
    )
  })

  test('that does not take the token of the user, with the code that it gives', () => {
    const cause = (codes: string) => `${PREFIX} accept the logon of the user (${codes})${again}`
    const bearer = (text: string) => ({ 'www-authenticate': `Bearer ${text}` })
    check(error(DIRECT, {}), cause('401'), ASK)
    check(error(DIRECT, bearer('error="invalid_token"')), cause('401, invalid_token'), ASK)
    check(error(DIRECT, bearer('error=invalid_token')), cause('401, invalid_token'), ASK)
    check(error(DIRECT, bearer('realm="x"')), cause('401'), ASK)
    const data = { error: { code: 'X/1', message: 'm' } }
    check(error(DIRECT, {}, true, data), cause('401, X/1'), ASK)
  })

  test.each([
    [
      'NoAuthentication',
      /"NoAuthentication", and the system wants a logon: set one, or one that propagates the user\.$/
    ],
    ['BasicAuthentication', /^Check User and Password of the destination; .*\(SU01\)\.$/],
    ['ClientCertificateAuthentication', /\(KeyStoreLocation\), and has a user for its subject\.$/],
    [
      'OAuth2ClientCredentials',
      /\(tokenServiceURL of the destination\), its audience and its scopes\.$/
    ],
    [
      'OAuth2TechnicalUserPropagation',
      /CN=<id of the OAuth client>, needs a rule .* for a user\.$/
    ],
    [
      'constructor',
      /^Check user, password or client of the destination; .* has to propagate one\.$/
    ]
  ])('that does not take the technical user of %s', (type, fix) => {
    const cause = (where: string) =>
      `${PREFIX} accept the logon of the technical user${where} (401)${again}`
    expectSaid(error(withType(type), {}, false), [WHAT, cause(''), undefined, fix])
    const client = error(withType(type), realm('001'), false)
    expectSaid(client, [WHAT, cause(' in its default client 001'), undefined, fix])
  })
})

test.each<[string, object, HttpDestination]>([
  ['the clock is wrong', at(600), DIRECT],
  ['another client has answered', realm('100'), inClient('200')]
])('a 403 is no 401, though %s', (_, headers, destination) => {
  const [what] = said(answer(403, '', headers), destination) ?? []
  expect(what).toBe('ERR_REMOTE_FORBIDDEN the system')
})

test.each([
  ['sap-usercontext=sap-client=001; path=/', ' in its default client 001'],
  ['x-sap-usercontext=sap-client=001', ''],
  ['sap-usercontext=sap-client=0017', ''],
  ['other=1', '']
])('the cookie %s tells the client, or does not', (cookie, where) => {
  const [, cause] = said(answer(401, '', { 'set-cookie': cookie }), PROXIED) ?? []
  expect(cause).toBe(`${PREFIX} know the user${where} (401)`)
})
