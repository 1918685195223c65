import {
  ACCEPTED,
  acceptedAs,
  bearer,
  type Case,
  FORBIDDEN,
  INVALID_TOKEN,
  MALFORMED,
  NO_CREDENTIALS,
  PUBLIC,
  WHOAMI
} from '../support/case.js'
import type { Claims } from '../support/claims.js'
import { userToken } from '../support/jws.js'

/** Whose token it is. */
const alice = acceptedAs({ id: 'alice' })

/** Not signed by anybody. */
export const INVALID = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.AAAA'

const forged = `Authorization: Bearer ${INVALID}`

const everywhere: Case[] = [
  ...[
    `${PUBLIC}/ping()`,
    `${PUBLIC}/whoami()`,
    `${PUBLIC}/$metadata`,
    PUBLIC,
    `${PUBLIC}/none`,
    WHOAMI,
    '/odata/v4/inbound/$metadata'
  ].flatMap((path) =>
    ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method): Case => ({
      id: 'public services',
      name: `${method} ${path} with an invalid token`,
      request: () => ({ method, path, headers: [forged] }),
      expected: INVALID_TOKEN
    }))
  ),
  ...[
    ['expired', { exp: 1 }],
    ['of another application', { aud: ['x'], cid: 'x' }],
    ['of another issuer', { iss: 'https://evil.example' }]
  ].map(([name, claims]): Case => ({
    id: 'public services',
    name: `a public function with a token that is ${name as string}`,
    request: (xsuaa) => bearer(userToken(xsuaa, claims as Claims), `${PUBLIC}/ping()`),
    expected: INVALID_TOKEN
  })),
  {
    id: 'public services',
    name: 'a public function with a malformed header',
    request: () => ({ path: `${PUBLIC}/ping()`, headers: ['Authorization: Bearer a b'] }),
    expected: MALFORMED
  },
  {
    id: 'public services',
    name: 'a public function with a scheme only',
    request: () => ({ path: `${PUBLIC}/ping()`, headers: ['Authorization: Bearer'] }),
    expected: NO_CREDENTIALS
  },
  {
    id: 'public services',
    name: 'a public function with an empty header',
    request: () => ({ path: `${PUBLIC}/ping()`, headers: ['Authorization: '] }),
    expected: ACCEPTED
  },
  {
    id: 'public services',
    name: 'a public function with Basic',
    request: () => ({ path: `${PUBLIC}/ping()`, headers: ['Authorization: Basic YTpi'] }),
    expected: NO_CREDENTIALS
  },
  {
    id: 'public services',
    name: 'a public function without a token',
    request: () => ({ path: `${PUBLIC}/whoami()` }),
    expected: acceptedAs({ id: 'anonymous', tenant: null, roles: ['any'] })
  },
  {
    id: 'public services',
    name: 'a public function with a good token',
    request: (xsuaa) => bearer(userToken(xsuaa), `${PUBLIC}/whoami()`),
    expected: alice
  },
  {
    id: 'challenge',
    name: 'no token',
    request: () => ({ path: WHOAMI }),
    expected: NO_CREDENTIALS
  },
  {
    id: 'challenge',
    name: 'no token, HEAD',
    request: () => ({ method: 'HEAD', path: WHOAMI }),
    expected: NO_CREDENTIALS
  },
  {
    id: 'challenge',
    name: 'no token, $metadata',
    request: () => ({ path: '/odata/v4/inbound/$metadata' }),
    expected: NO_CREDENTIALS
  },
  {
    id: 'challenge',
    name: 'no token, $batch',
    request: () => ({
      method: 'POST',
      path: '/odata/v4/inbound/$batch',
      headers: ['Content-Type: application/json'],
      body: '{"requests":[]}'
    }),
    expected: NO_CREDENTIALS
  },
  {
    id: 'challenge',
    name: 'no role',
    request: (xsuaa) => bearer(userToken(xsuaa), '/odata/v4/inbound/supervisorOnly()'),
    expected: FORBIDDEN
  }
]

/** What is answered, to whatever method and path. */
export const answers: Case[] = [...everywhere]
