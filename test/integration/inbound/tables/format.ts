import {
  ACCEPTED,
  acceptedAs,
  bearer,
  type Case,
  CUT,
  type Expected,
  INVALID_OR_MALFORMED,
  INVALID_TOKEN,
  TOO_LARGE
} from '../support/case.js'
import { userToken } from '../support/jws.js'
import { bytes, keys, rs } from '../support/keys.js'

/** A good token, changed after it was signed. */
const changed = (
  id: string,
  name: string,
  change: (token: string) => string,
  expected: Expected = INVALID_TOKEN
): Case => ({ id, name, request: (xsuaa) => bearer(change(userToken(xsuaa))), expected })

/** Changes one of the three segments. */
const inSegment = (index: number, change: (segment: string) => string) => (token: string) =>
  token
    .split('.')
    .map((segment, i) => (i === index ? change(segment) : segment))
    .join('.')

type Changes = [name: string, change: (text: string) => string][]

const SEGMENTS = ['header', 'payload', 'signature']

const SEGMENT_COUNTS: Changes = [
  ['empty segments', () => '..'],
  ['one dot', () => '.'],
  ['one segment', (token) => token.split('.')[0] ?? ''],
  ['two segments', (token) => token.replace(/\.[^.]*$/, '')],
  ['an empty signature', (token) => token.replace(/[^.]*$/, '')],
  ['an empty payload', inSegment(1, () => '')],
  ['an empty header', inSegment(0, () => '')],
  ['a dot behind', (token) => `${token}.`],
  ['a dot in front', (token) => `.${token}`],
  ['four segments', (token) => `${token}.e30`],
  ['four segments, the first one empty', (token) => `e30.${token}`],
  ['five segments', (token) => `${token}.e30.e30`],
  ['six segments', (token) => `${token}.${token}`],
  ['five segments, as a JWE', () => jwe()],
  ['a thousand dots', () => '.'.repeat(1000)]
]

const segmentCount = SEGMENT_COUNTS.map(([name, change]) =>
  changed(name.endsWith('JWE') ? 'no encryption' : 'three segments', name, change)
)

function jwe(): string {
  const encryption = { alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF', kid: keys.good.jwk.kid }
  const part = (length: number) => Buffer.alloc(length, 7).toString('base64url')
  const protectedHeader = Buffer.from(JSON.stringify(encryption)).toString('base64url')
  return [protectedHeader, part(256), part(12), part(300), part(16)].join('.')
}

/** Not base64url: in the middle of each segment, and at its end. */
const alphabet: Case[] = Array.from('+/=~!"%,;:@*()[]{}<>|\\^`\'#?&$\t \u00e9\u00ff').flatMap(
  (character) =>
    SEGMENTS.flatMap((segment, i) => [
      changed(
        'three segments',
        `${JSON.stringify(character)} in the ${segment}`,
        inSegment(i, (text) => `${text.slice(0, 8)}${character}${text.slice(8)}`),
        INVALID_OR_MALFORMED
      )
    ])
)

const encoding: Case[] = SEGMENTS.flatMap((segment, i) => [
  changed(
    'three segments',
    `one "=" behind the ${segment}`,
    inSegment(i, (text) => `${text}=`),
    INVALID_OR_MALFORMED
  ),
  changed(
    'three segments',
    `two "=" behind the ${segment}`,
    inSegment(i, (text) => `${text}==`),
    INVALID_OR_MALFORMED
  ),
  changed(
    'three segments',
    `one character less in the ${segment}`,
    inSegment(i, (text) => text.slice(0, -1))
  ),
  changed(
    'three segments',
    `one character more in the ${segment}`,
    inSegment(i, (text) => `${text}A`)
  ),
  changed('three segments', `stray bits behind the ${segment}`, inSegment(i, withStrayBits)),
  changed(
    'three segments',
    `the ${segment} twice`,
    inSegment(i, (text) => text + text)
  ),
  changed(
    'three segments',
    `the ${segment} encoded twice`,
    inSegment(i, (text) => Buffer.from(text).toString('base64url'))
  ),
  changed(
    'three segments',
    `the ${segment} backwards`,
    inSegment(i, (text) => text.split('').reverse().join(''))
  ),
  changed(
    'three segments',
    `the ${segment} in lower case`,
    inSegment(i, (text) => text.toLowerCase())
  ),
  changed(
    'three segments',
    `only zeros as ${segment}`,
    inSegment(i, (text) => 'A'.repeat(text.length))
  )
])

/** The same bytes for a lax decoder: bits of the last character that belong to no byte. */
function withStrayBits(text: string): string {
  const padded =
    text.length % 4
      ? text
      : Buffer.from(`${Buffer.from(text, 'base64url').toString('latin1')} `, 'latin1').toString(
          'base64url'
        )
  const alphabetOf = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabetOf.indexOf(padded.slice(-1))
  return padded.slice(0, -1) + (alphabetOf[last + 1] ?? 'B')
}

const SIGNATURES: Changes = [
  ['one bit flipped', (text) => flipped(text, 0)],
  ['the last bit flipped', (text) => flipped(text, -1)],
  [
    'a byte more',
    (text) => withBytes(text, (content) => Buffer.concat([content, Buffer.alloc(1)]))
  ],
  [
    'a zero in front',
    (text) => withBytes(text, (content) => Buffer.concat([Buffer.alloc(1), content]))
  ],
  ['a byte less', (text) => withBytes(text, (content) => content.subarray(1))],
  ['one byte', () => 'AA'],
  ['all ones', (text) => withBytes(text, (content) => Buffer.alloc(content.length, 255))]
]

const signature = SIGNATURES.map(([name, change]) =>
  changed('three segments', `signature: ${name}`, inSegment(2, change))
)

function withBytes(text: string, change: (content: Buffer) => Buffer): string {
  return change(Buffer.from(text, 'base64url')).toString('base64url')
}

function flipped(text: string, at: number): string {
  return withBytes(text, (content) => {
    content[at < 0 ? content.length + at : at]! ^= 1
    return content
  })
}

const stolen: Case[] = [
  {
    id: 'three segments',
    name: 'the signature of another token',
    request: (xsuaa) => {
      const other = userToken(xsuaa, { user_name: 'bob' }).split('.')[2]
      return bearer(inSegment(2, () => other ?? '')(userToken(xsuaa)))
    },
    expected: INVALID_TOKEN
  },
  {
    id: 'three segments',
    name: 'signed by somebody else under the same kid',
    request: (xsuaa) => bearer(userToken(xsuaa, {}, {}, rs(256, keys.attacker.privateKey))),
    expected: INVALID_TOKEN
  },
  {
    id: 'three segments',
    name: 'signed by another key of the same issuer',
    request: (xsuaa) => bearer(userToken(xsuaa, {}, {}, rs(256, keys.good2.privateKey))),
    expected: INVALID_TOKEN
  }
]

const sized = (length: number, expected: Expected): Case => ({
  id: 'size',
  name: `a good token with ${length} bytes too many`,
  request: (xsuaa) => bearer(userToken(xsuaa, { 'hdb.nameduser.saml': 'x'.repeat(length) })),
  expected
})

const sizes: Case[] = [
  sized(2000, ACCEPTED),
  sized(4000, acceptedAs({ id: 'alice' })),
  sized(9500, acceptedAs({ id: 'alice' })),
  sized(12_000, { ...TOO_LARGE, status: [401, 431] }),
  sized(20_000, CUT),
  sized(100_000, CUT),
  {
    id: 'size',
    name: 'a million characters',
    request: () => bearer('a'.repeat(1_000_000)),
    expected: CUT
  },
  {
    id: 'size',
    name: 'a signature of 10000 bytes',
    request: (xsuaa) => bearer(userToken(xsuaa, {}, {}, bytes(Buffer.alloc(10_000, 1)))),
    expected: TOO_LARGE
  }
]

/** What a token looks like before anything in it is believed. */
export const format: Case[] = [
  ...segmentCount,
  ...alphabet,
  ...encoding,
  ...signature,
  ...stolen,
  ...sizes
]
