import { acceptedAs, bearer, type Case, NO_CREDENTIALS, WHOAMI } from '../support/case.js'
import { userToken } from '../support/jws.js'
import { withLines } from '../support/rows.js'

/** Whose token it is. */
const alice = acceptedAs({ id: 'alice' })

const OTHER_HEADERS = [
  'Proxy-Authorization',
  'X-Authorization',
  'X-Approuter-Authorization',
  'X-User-Token',
  'SAP-Connectivity-Authentication',
  'X-Forwarded-Authorization',
  'X-Original-Authorization',
  'Authorization2',
  'X-HTTP-Authorization',
  'Authentication',
  'Access-Token',
  'X-Access-Token',
  'Id-Token',
  'X-JWT',
  'Forwarded'
]

/** They hold a user's token on its way to other services; CAP's JSON log knows only some of them. */
const TOKEN_HEADERS = ['X-User-Token', 'SAP-Connectivity-Authentication', 'Proxy-Authorization']

const elsewhere: Case[] = [
  ...TOKEN_HEADERS.map((name) =>
    withLines(
      'no secret',
      `${name} beside a good token`,
      (token) => [`Authorization: Bearer ${token}`, `${name}: Bearer ${token}`],
      alice
    )
  ),
  {
    id: 'no tokens in URLs',
    name: 'a token in the query beside a good one',
    request: (xsuaa) =>
      bearer(userToken(xsuaa), `${WHOAMI}?access_token=${userToken(xsuaa, { user_name: 'bob' })}`),
    expected: { ...alice, status: [200, 400], byNode: true }
  },
  ...OTHER_HEADERS.map((name) =>
    withLines(
      'Authorization header',
      `${name} is not read`,
      (token) => [`${name}: Bearer ${token}`],
      NO_CREDENTIALS
    )
  ),
  ...['token', 'access_token', 'Authorization', 'JSESSIONID'].map((name) =>
    withLines(
      'no tokens in URLs',
      `cookie ${name}`,
      (token) => [`Cookie: ${name}=${token}`],
      NO_CREDENTIALS
    )
  ),
  ...[
    'access_token',
    'token',
    'id_token',
    'jwt',
    'bearer_token',
    'authorization',
    'sap-token',
    'assertion'
  ].map((name): Case => ({
    id: 'no tokens in URLs',
    name: `query ${name}`,
    request: (xsuaa) => ({ path: `${WHOAMI}?${name}=${userToken(xsuaa)}` }),
    expected: NO_CREDENTIALS
  })),
  ...['access_token', 'token', 'assertion'].flatMap((name) =>
    (['application/x-www-form-urlencoded', 'application/json', 'text/plain'] as const).map(
      (type): Case => ({
        id: 'no tokens in URLs',
        name: `${type} body ${name}`,
        request: (xsuaa) => ({
          method: 'POST',
          path: '/odata/v4/inbound/touch',
          headers: [`Content-Type: ${type}`],
          body:
            type === 'application/json'
              ? JSON.stringify({ [name]: userToken(xsuaa) })
              : `${name}=${userToken(xsuaa)}`
        }),
        expected: NO_CREDENTIALS
      })
    )
  ),
  {
    id: 'no tokens in URLs',
    name: 'a token in the fragment of the path',
    request: (xsuaa) => ({ path: `${WHOAMI}#access_token=${userToken(xsuaa)}` }),
    expected: { status: [400, 401, 404], byNode: true }
  }
]

const METADATA = [
  'X-Forwarded-Client-Cert: AAAA',
  'X-Correlation-Id: a\tb',
  `X-Correlation-Id: ${'x'.repeat(2000)}`,
  'X-Correlation-Id: \u001b',
  'X-Request-Id: \u00ff',
  'Accept-Language: ../../x',
  'X-Zid: other',
  'X-Tenant: other',
  'X-Forwarded-User: bob',
  'X-User: bob',
  'Remote-User: bob',
  'X-HTTP-Method-Override: DELETE',
  'Features: x',
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Proto: javascript'
]

const beside: Case[] = METADATA.flatMap((line) => [
  withLines(
    'headers of the platform',
    `${JSON.stringify(line).slice(0, 50)} beside a good token`,
    (token) => [`Authorization: Bearer ${token}`, line],
    line.includes('\u001b') ? { status: [200, 400], byNode: true } : alice
  ),
  withLines(
    'headers of the platform',
    `${JSON.stringify(line).slice(0, 50)} alone`,
    () => [line],
    line.includes('\u001b') ? { status: [400, 401], byNode: true } : NO_CREDENTIALS
  )
])

/** Other places of a request where a token could be. */
export const places: Case[] = [...elsewhere, ...beside]
