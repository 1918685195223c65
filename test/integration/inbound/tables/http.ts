import { INVALID } from './answers.js'
import {
  INVALID_OR_MALFORMED,
  acceptedAs,
  ACCEPTED,
  bearer,
  type Case,
  type Expected,
  INVALID_TOKEN,
  MALFORMED,
  NO_CREDENTIALS,
  REFUSED_BY_NODE
} from '../support/case.js'
import { userToken } from '../support/jws.js'
import { withLines } from '../support/rows.js'

/** Whose token it is. */
const alice = acceptedAs({ id: 'alice' })

const SCHEMES = ['Bearer', 'bearer', 'BEARER', 'bEaReR']

const OTHER_SCHEMES = [
  'Basic',
  'Digest',
  'Negotiate',
  'DPoP',
  'MAC',
  'Token',
  'JWT',
  'OAuth',
  'Hoba',
  'Mutual',
  'Bearerx',
  'xBearer',
  'Bearer-Token',
  'Bearer+',
  'AWS4-HMAC-SHA256',
  'GNAP',
  '__proto__',
  'constructor'
]

/** Around a good token: what is no scheme with exactly one credential. */
const NOT_CREDENTIALS: [name: string, value: (token: string) => string, expected?: Expected][] = [
  ['the scheme alone', () => 'Bearer', NO_CREDENTIALS],
  ['the scheme and a space', () => 'Bearer ', NO_CREDENTIALS],
  ['nothing', () => '', NO_CREDENTIALS],
  ['the token alone', (token) => token, MALFORMED],
  ['a colon', (token) => `Bearer: ${token}`, MALFORMED],
  ['an equals sign', (token) => `Bearer=${token}`, MALFORMED],
  ['a slash', (token) => `Bearer/${token}`, MALFORMED],
  ['no space', (token) => `Bearer${token}`, MALFORMED],
  ['a tab', (token) => `Bearer\t${token}`, MALFORMED],
  ['a space and a tab', (token) => `Bearer \t${token}`, MALFORMED],
  ['a no-break space', (token) => `Bearer\u00a0${token}`, MALFORMED],
  ['a vertical tab', (token) => `Bearer\u000b${token}`, { ...REFUSED_BY_NODE }],
  ['quotes', (token) => `Bearer "${token}"`, MALFORMED],
  ['single quotes', (token) => `Bearer '${token}'`, MALFORMED],
  ['angle brackets', (token) => `Bearer <${token}>`, MALFORMED],
  ['a parameter', (token) => `Bearer token="${token}"`, MALFORMED],
  ['a realm', (token) => `Bearer realm="x", ${token}`, MALFORMED],
  ['a comma behind', (token) => `Bearer ${token},`, MALFORMED],
  ['a semicolon behind', (token) => `Bearer ${token};`, MALFORMED],
  ['a word behind', (token) => `Bearer ${token} x`, MALFORMED],
  ['the token twice', (token) => `Bearer ${token} ${token}`, MALFORMED],
  ['a list of two', (token) => `Bearer ${token}, Bearer ${token}`, MALFORMED],
  ['a list of two schemes', (token) => `Basic YTpi, Bearer ${token}`, MALFORMED],
  ['a list, the good one last', (token) => `Bearer ${INVALID}, Bearer ${token}`, MALFORMED],
  ['the scheme twice', (token) => `Bearer Bearer ${token}`, MALFORMED],
  ['a comma in front', (token) => `, Bearer ${token}`, MALFORMED],
  ['percent encoding', (token) => `Bearer%20${token}`, MALFORMED],
  ['a plus for the space', (token) => `Bearer+${token}`, MALFORMED],
  ['characters beyond ASCII behind', (token) => `Bearer ${token}\u00e9`, INVALID_OR_MALFORMED],
  ['an encoded word', (token) => `Bearer =?utf-8?Q?${token}?=`, MALFORMED],
  ['a NUL behind', (token) => `Bearer ${token}\0`, REFUSED_BY_NODE],
  ['undefined', () => 'Bearer undefined', INVALID_TOKEN],
  ['null', () => 'Bearer null', INVALID_TOKEN],
  ['[object Object]', () => 'Bearer [object Object]', MALFORMED],
  ['an opaque token', () => 'Bearer 5a1c0e3bd8a94f2f8f0f5b9c0e3bd8a9', INVALID_TOKEN],
  ['two spaces in front of the token', (token) => `Bearer  ${token}`, alice],
  ['spaces around', (token) => `   Bearer ${token}   `, alice],
  ['tabs around', (token) => `\tBearer ${token}\t`, alice]
]

const authorization: Case[] = [
  ...SCHEMES.map((scheme) =>
    withLines(
      'Authorization header',
      `scheme ${scheme}`,
      (token) => [`Authorization: ${scheme} ${token}`],
      alice
    )
  ),
  ...['AUTHORIZATION', 'authorization', 'aUTHORIZATION'].map((name) =>
    withLines(
      'Authorization header',
      `header ${name}`,
      (token) => [`${name}: Bearer ${token}`],
      alice
    )
  ),
  ...OTHER_SCHEMES.map((scheme) =>
    withLines(
      'Authorization header',
      `scheme ${scheme}`,
      (token) => [`Authorization: ${scheme} ${token}`],
      NO_CREDENTIALS
    )
  ),
  withLines(
    'Authorization header',
    'Basic with a password',
    () => ['Authorization: Basic YWxpY2U6YWxpY2U='],
    NO_CREDENTIALS
  ),
  ...NOT_CREDENTIALS.map(([name, value, expected = MALFORMED]) =>
    withLines(
      'Authorization header',
      `Authorization: ${name}`,
      (token) => [`Authorization: ${value(token)}`],
      expected
    )
  ),
  withLines(
    'Authorization header',
    'two headers, the same',
    (token) => [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`],
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'two headers, the good one first',
    (token) => [`Authorization: Bearer ${token}`, `Authorization: Bearer ${INVALID}`],
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'two headers, the good one last',
    (token) => [`Authorization: Bearer ${INVALID}`, `authorization: Bearer ${token}`],
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'two headers of two users',
    (token, xsuaa) => [
      `Authorization: Bearer ${token}`,
      `Authorization: Bearer ${userToken(xsuaa, { user_name: 'bob' })}`
    ],
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'two headers, Basic and Bearer',
    (token) => ['Authorization: Basic YTpi', `Authorization: Bearer ${token}`],
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'two headers, an empty one',
    (token) => ['Authorization:', `Authorization: Bearer ${token}`],
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'three headers',
    (token) => Array<string>(3).fill(`Authorization: Bearer ${token}`),
    MALFORMED
  ),
  withLines(
    'Authorization header',
    'a folded header',
    (token) => ['Authorization: Bearer', ` ${token}`],
    REFUSED_BY_NODE
  ),
  withLines(
    'Authorization header',
    'a space before the colon',
    (token) => [`Authorization : Bearer ${token}`],
    REFUSED_BY_NODE
  ),
  withLines(
    'Authorization header',
    'a space before the name',
    (token) => [` Authorization: Bearer ${token}`],
    REFUSED_BY_NODE
  ),
  withLines(
    'Authorization header',
    'a bare line feed',
    (token) => [`Authorization: Bearer ${token}\nX: y`],
    REFUSED_BY_NODE
  ),
  withLines(
    'Authorization header',
    'a bare carriage return',
    (token) => [`Authorization: Bearer ${token}\rX: y`],
    REFUSED_BY_NODE
  )
]

/** Where a token may be in a request, and what is told about it. */
export const http: Case[] = [
  ...authorization,
  {
    id: 'caching',
    name: 'the last one is good',
    request: (xsuaa) => bearer(userToken(xsuaa)),
    expected: ACCEPTED
  }
]
