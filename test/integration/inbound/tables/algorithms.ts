import { bearer, type Case, INVALID_TOKEN } from '../support/case.js'
import { userClaims } from '../support/claims.js'
import { jws } from '../support/jws.js'
import { bytes, hs, keys, ps256, rs } from '../support/keys.js'
import { shown, withHeader } from '../support/rows.js'

const NONE = ['none', 'None', 'NONE', 'nOnE']

const algorithms: Case[] = [
  ...NONE.map((alg) => withHeader('algorithms allowed', `alg ${alg}, signed`, { alg })),
  ...NONE.map((alg) =>
    withHeader('algorithms allowed', `alg ${alg}, not signed`, { alg }, INVALID_TOKEN, bytes(''))
  ),
  ...NONE.map((alg) =>
    withHeader('algorithms allowed', `alg ${alg}, one byte`, { alg }, INVALID_TOKEN, bytes('0'))
  ),
  ...[
    ...[
      '',
      ' RS256',
      'RS256 ',
      'rs256',
      'Rs256',
      'RS-256',
      'RSA256',
      'RS1',
      'SHA256',
      'RS256\0',
      'RS256,none',
      '\uff32\uff33256'
    ],
    ...[
      'HS256',
      'ES256',
      'ES384',
      'ES256K',
      'EdDSA',
      'A128KW',
      'dir',
      'RSA-OAEP',
      '__proto__',
      'constructor',
      'toString'
    ],
    ...[
      null,
      0,
      1,
      true,
      false,
      [],
      ['RS256'],
      {},
      { toString: 'RS256' },
      undefined,
      [['RS256']],
      'x'.repeat(500)
    ]
  ].map((alg) => withHeader('algorithms allowed', `alg ${shown(alg)}, signed as RS256`, { alg })),
  withHeader(
    'algorithms allowed',
    'RS384, well signed, is not allowed',
    { alg: 'RS384' },
    INVALID_TOKEN,
    rs(384)
  ),
  withHeader(
    'algorithms allowed',
    'RS512, well signed, is not allowed',
    { alg: 'RS512' },
    INVALID_TOKEN,
    rs(512)
  ),
  withHeader(
    'algorithms allowed',
    'PS256, well signed, is not allowed',
    { alg: 'PS256' },
    INVALID_TOKEN,
    ps256
  ),
  withHeader('algorithm of the key', 'RS256, signed as RS512', {}, INVALID_TOKEN, rs(512)),
  withHeader('algorithm of the key', 'RS256, signed as PS256', {}, INVALID_TOKEN, ps256)
]

/** What an attacker knows, and could have signed with. */
const SECRETS: Record<string, string | Buffer> = {
  'the PEM': keys.good.pem,
  'the PEM without its line end': keys.good.pem.trim(),
  'the PEM with CRLF': keys.good.pem.replaceAll('\n', '\r\n'),
  'the PEM on one line': keys.good.pem.replaceAll('\n', ''),
  'the base64 in the PEM': keys.good.pem.replace(/-----[^-]+-----|\n/g, ''),
  'the DER': Buffer.from(keys.good.pem.replace(/-----[^-]+-----|\n/g, ''), 'base64'),
  'the JWK': JSON.stringify(keys.good.jwk),
  'the n of the JWK': String(keys.good.jwk.n),
  'the modulus': Buffer.from(String(keys.good.jwk.n), 'base64url'),
  'the kid': keys.good.jwk.kid,
  'an empty secret': '',
  'a zero': '\0',
  'the text "undefined"': 'undefined',
  'the text "[object Object]"': '[object Object]',
  'the client secret': 'inbound-client-secret'
}

const confusion: Case[] = Object.entries(SECRETS).flatMap(([name, secret]) => [
  ...([256, 384, 512] as const).map((bits) =>
    withHeader(
      'algorithms allowed',
      `HS${bits} with ${name}`,
      { alg: `HS${bits}` },
      INVALID_TOKEN,
      hs(secret, bits)
    )
  ),
  withHeader(
    'algorithm of the key',
    `HS256 with ${name}, called RS256`,
    {},
    INVALID_TOKEN,
    hs(secret)
  )
])

/** The header as text, for members that JSON.stringify does not write. */
const raw: Case[] = [
  ['alg inherited', '{"__proto__":{"alg":"RS256"},"kid":"key-1"}'],
  ['kid inherited', '{"alg":"RS256","__proto__":{"kid":"key-1"}}'],
  ['everything inherited', '{"__proto__":{"alg":"RS256","kid":"key-1","typ":"JWT"}}'],
  ['everything in a constructor', '{"constructor":{"prototype":{"alg":"RS256","kid":"key-1"}}}'],
  ['in capitals', '{"ALG":"RS256","KID":"key-1"}']
].map(([name = '', text = '']) => ({
  id: 'algorithms allowed',
  name: `header with ${name}`,
  request: (xsuaa) => bearer(jws(text, userClaims(xsuaa))),
  expected: INVALID_TOKEN
}))

/** The algorithm: one that the issuer may use, exactly. */
export const algorithm: Case[] = [...algorithms, ...confusion, ...raw]
