import { ACCEPTED, ACCEPTED_OR_INVALID, bearer, type Case, INVALID_TOKEN } from '../support/case.js'
import { userClaims } from '../support/claims.js'
import { header, jws } from '../support/jws.js'
import { keys, rs } from '../support/keys.js'
import { shown, withHeader } from '../support/rows.js'

const byAttacker = rs(256, keys.attacker.privateKey)
const { kid: _, ...attackerJwk } = keys.attacker.jwk
const certificate = 'MIIBszCCARygAwIBAgIUQ'

/** Where an attacker would like the key to come from. All on the test's own server, which would see the call. */
const embedded: Case[] = ['key-1', 'attacker', undefined].flatMap((kid) => [
  withHeader(
    'keys of the issuer only',
    `jwk in the token, kid ${shown(kid)}`,
    { kid, jwk: { ...attackerJwk, kid } },
    INVALID_TOKEN,
    byAttacker
  ),
  withHeader(
    'keys of the issuer only',
    `jku of an attacker, kid ${shown(kid)}`,
    ({ uaadomain }) => ({ kid, jku: `https://${uaadomain}/evil` }),
    INVALID_TOKEN,
    byAttacker
  ),
  withHeader(
    'keys of the issuer only',
    `x5u of an attacker, kid ${shown(kid)}`,
    ({ uaadomain }) => ({ kid, x5u: `https://${uaadomain}/evil` }),
    INVALID_TOKEN,
    byAttacker
  ),
  withHeader(
    'keys of the issuer only',
    `x5c in the token, kid ${shown(kid)}`,
    { kid, x5c: [certificate], x5t: 'AAAA' },
    INVALID_TOKEN,
    byAttacker
  )
])

const JKU = [
  ...[
    'http://localhost/evil',
    'file:///etc/passwd',
    'data:application/json,{}',
    'javascript:0',
    '//evil',
    '../evil',
    ''
  ],
  ...[
    `https://provider.localhost@evil.example/token_keys`,
    'https://evil.example/#.localhost',
    'https://evil.example/token_keys?provider.localhost'
  ]
]

const locations: Case[] = [
  ...JKU.map((jku) =>
    withHeader(
      'keys of the issuer only',
      `jku ${shown(jku)}, signed by its owner`,
      { jku },
      INVALID_TOKEN,
      byAttacker
    )
  ),
  ...[null, 1, true, [], {}, ['https://x']].flatMap((value) => [
    withHeader(
      'keys of the issuer only',
      `jku ${shown(value)}`,
      { jku: value },
      ACCEPTED_OR_INVALID
    ),
    withHeader(
      'keys of the issuer only',
      `x5c ${shown(value)}`,
      { x5c: value },
      ACCEPTED_OR_INVALID
    ),
    withHeader(
      'keys of the issuer only',
      `jwk ${shown(value)}`,
      { jwk: value },
      ACCEPTED_OR_INVALID
    )
  ])
]

const KIDS: unknown[] = [
  ...[
    '',
    ' ',
    'key-1 ',
    ' key-1',
    'KEY-1',
    'key-1\0',
    'key-1\n',
    'key-10',
    'key',
    '*',
    '.',
    '%6bey-1',
    'undefined',
    'null',
    '0'
  ],
  ...[
    '../../../../dev/null',
    '/dev/null',
    'C:\\nul',
    'file:///dev/null',
    'https://evil.example/key',
    "' OR '1'='1",
    '1; DROP TABLE keys',
    '$(id)',
    '`id`',
    '{{7*7}}'
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'length',
    'keys'
  ],
  ...['key-1\r\nSet-Cookie: a=b', '\u001b[31mred', '\u202ekey', '\ud83d\udd11'],
  ...['k'.repeat(256), 'k'.repeat(257), 'k'.repeat(4000)],
  ...[
    null,
    undefined,
    0,
    1,
    true,
    false,
    [],
    ['key-1'],
    [['key-1']],
    {},
    { kid: 'key-1' },
    { toString: 'key-1' }
  ]
]

const kids: Case[] = KIDS.map((kid) => withHeader('key id', `kid ${shown(kid)}`, { kid }))

const CRIT = [
  [],
  ['exp'],
  ['b64'],
  ['alg'],
  ['kid'],
  [''],
  ['http://example.com/unknown'],
  [null],
  [1],
  'exp',
  '',
  null,
  true,
  false,
  0,
  1,
  {}
]

const critical: Case[] = [
  ...CRIT.map((crit) => withHeader('critical headers', `crit ${shown(crit)}`, { crit, exp: 1 })),
  ...[false, true, 'false', null, 0].map((b64) =>
    withHeader('critical headers', `b64 ${shown(b64)}`, { b64, crit: ['b64'] })
  ),
  withHeader('critical headers', 'b64 false without crit', { b64: false })
]

const types: Case[] = [
  ...['JWT', 'jwt', 'Jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', undefined].map((typ) =>
    withHeader('explicit typing', `typ ${shown(typ)}`, { typ }, ACCEPTED)
  ),
  ...[
    'JWE',
    'JOSE',
    'jws',
    'id+jwt',
    'logout+jwt',
    'dpop+jwt',
    'refresh+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
    'kb+jwt',
    'sd+jwt',
    'JWT ',
    ' JWT',
    'JWT;a=b',
    'JWT,JWT',
    'JWT\0',
    'text/html',
    '',
    'x'.repeat(1000)
  ].map((typ) => withHeader('explicit typing', `typ ${shown(typ)}`, { typ })),
  ...[null, 0, 1, true, false, [], ['JWT'], {}].map((typ) =>
    withHeader('explicit typing', `typ ${shown(typ)}`, { typ })
  ),
  withHeader('no encryption', 'zip: nothing is inflated', { zip: 'DEF' }, ACCEPTED_OR_INVALID),
  withHeader('no encryption', 'enc', { enc: 'A256GCM' }, ACCEPTED_OR_INVALID),
  withHeader('explicit typing', 'cty JWT', { cty: 'JWT' }, ACCEPTED_OR_INVALID),
  withHeader(
    'explicit typing',
    'members that nobody knows',
    { foo: { bar: [1] }, '': null },
    ACCEPTED
  )
]

/** The JOSE header: nothing in it chooses algorithm or key but what the issuer allows. */
export const headers: Case[] = [
  ...embedded,
  ...locations,
  ...kids,
  ...critical,
  ...types,
  {
    id: 'key id',
    name: 'the second key of the issuer',
    request: (xsuaa) =>
      bearer(jws(header({ kid: 'key-2' }), userClaims(xsuaa), rs(256, keys.good2.privateKey))),
    expected: ACCEPTED
  }
]
