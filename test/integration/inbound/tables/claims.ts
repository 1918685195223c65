import {
  ACCEPTED,
  acceptedAs,
  ACCEPTED_OR_INVALID,
  atMost,
  bearer,
  type Case,
  type Expected,
  INVALID_TOKEN
} from '../support/case.js'
import { CLIENTID, SUBSCRIBER, TENANT, userClaims, XSAPPNAME } from '../support/claims.js'
import { header, jws } from '../support/jws.js'
import { ofClient, roles, shown, withClaims } from '../support/rows.js'

/** Every shape that JSON has, and names that mean something in JavaScript. */
const SHAPES: unknown[] = [
  ...[0, 1, -1, 1.5, true, false],
  ...[
    {},
    { a: 1 },
    { length: 1, 0: 'x' },
    { toString: 'x' },
    [{}],
    [[]],
    [['x']],
    [null],
    [1],
    [true]
  ]
]

/** Claims that are strings, or nothing at all. */
const strings: Case[] = ['iss', 'cid', 'azp', 'zid', 'grant_type', 'user_name'].flatMap((claim) =>
  [...SHAPES, []].map((value) =>
    withClaims('shape of claims', `${claim} ${shown(value)}`, { [claim]: value })
  )
)

/** Claims that are strings or lists of strings. */
const lists: Case[] = ['aud', 'scope'].flatMap((claim) => [
  ...SHAPES.map((value) =>
    withClaims('shape of claims', `${claim} ${shown(value)}`, { [claim]: value })
  ),
  ...[
    [CLIENTID, 1],
    [CLIENTID, null],
    [CLIENTID, [CLIENTID]],
    [CLIENTID, {}]
  ].map((value) => withClaims('shape of claims', `${claim} ${shown(value)}`, { [claim]: value }))
])

/** Claims that decide nothing: any shape will do, as long as nothing breaks. */
const others: Case[] = [
  ...[
    'sub',
    'jti',
    'iat',
    'client_id',
    'origin',
    'email',
    'given_name',
    'family_name',
    'user_id',
    'user_uuid'
  ],
  ...[
    'ext_attr',
    'ext_cxt',
    'az_attr',
    'xs.system.attributes',
    'xs.user.attributes',
    'rev_sig',
    'authorities',
    'cnf',
    'act',
    'auth_time'
  ]
].flatMap((claim) =>
  [...SHAPES, null, [], '', 'x'].map((value) =>
    withClaims(
      'deny',
      `${claim} ${shown(value)}`,
      { [claim]: value },
      atMost({ id: 'alice', tenant: TENANT })
    )
  )
)

const TENANTS = [
  ...[
    '',
    ' ',
    'a b',
    '../x',
    'a/b',
    'a?b',
    'a&zid=x',
    'a#b',
    'a%2fb',
    'a:b',
    'a@b',
    'a\\b',
    'a\nb',
    'a\0b',
    '\u00e9',
    '*',
    '{}',
    "a'b",
    'a"b'
  ],
  ...[
    'x'.repeat(65),
    'x'.repeat(3000),
    `${TENANT} `,
    ` ${TENANT}`,
    `${TENANT}\n`,
    `${TENANT},${SUBSCRIBER}`
  ]
]

const tenants: Case[] = [
  ...TENANTS.map((zid) => withClaims('tenant', `zid ${shown(zid)}`, { zid })),
  withClaims('tenant', 'zid null', { zid: null }),
  withClaims('tenant', 'no zid', { zid: undefined }),
  ...[SUBSCRIBER, '__proto__', 'constructor', 'toString'].map((zid) =>
    withClaims('tenant', `zid ${zid}`, { zid }, atMost({ id: 'alice', tenant: zid }))
  )
]

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

const tokenTypes: Case[] = [
  withClaims('access tokens only', 'a refresh token: granted_scopes', {
    scope: undefined,
    granted_scopes: ['openid']
  }),
  withClaims('access tokens only', 'a refresh token: granted_scopes beside scope', {
    granted_scopes: ['openid']
  }),
  withClaims('access tokens only', 'a refresh token: jti with -r, no scope', {
    scope: undefined,
    jti: '5a1c0e3bd8a94f2f-r'
  }),
  withClaims('access tokens only', 'a refresh token: jti with -r, empty scope', {
    scope: [],
    jti: '5a1c0e3bd8a94f2f-r'
  }),
  ...[undefined, null, []].map((scope) =>
    withClaims(
      'access tokens only',
      `an access token with neither jti nor scopes (${shown(scope)})`,
      { scope, jti: undefined },
      acceptedAs({ id: 'alice', roles: roles(), technical: false })
    )
  ),
  ofClient(
    'access tokens only',
    'an access token of the application itself with neither jti nor scopes',
    { scope: undefined, jti: undefined },
    acceptedAs({ id: 'system', roles: roles('internal-user', 'system-user'), technical: true })
  ),
  ...['nonce', 'at_hash', 'events', 'granted_scopes'].map((name) =>
    withClaims('access tokens only', `neither jti nor scopes, but ${name}`, {
      ...{ scope: undefined, jti: undefined, [name]: 'x' }
    })
  ),
  withClaims('access tokens only', 'an ID token by at_hash alone', { at_hash: 'x' }),
  withClaims('access tokens only', 'a logout token', { scope: undefined, events, sid: 'x' }),
  withClaims('access tokens only', 'a logout token with a user', { events, sid: 'x' }),
  withClaims('access tokens only', 'an ID token: nonce and at_hash', {
    scope: undefined,
    aud: [CLIENTID],
    nonce: 'n',
    at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng'
  }),
  withClaims(
    'access tokens only',
    'an access token of the user_token grant',
    {
      jti: '5a1c0e3bd8a94f2f-r',
      grant_type: 'user_token',
      aud: [],
      scope: [`${XSAPPNAME}.Viewer`]
    },
    acceptedAs({ id: 'alice', roles: expect.arrayContaining(['Viewer']) })
  )
]

/** Claims as text, for members that JSON.stringify does not write. */
const raw: Case[] = [
  ['claims only inherited', (claims: string) => `{"__proto__":${claims}}`, INVALID_TOKEN],
  [
    'claims in a constructor',
    (claims: string) => `{"constructor":{"prototype":${claims}}}`,
    INVALID_TOKEN
  ],
  ['an empty name', (claims: string) => `{"":1,${claims.slice(1)}`, ACCEPTED],
  [
    'ten thousand digits',
    (claims: string) => `{"x":${'9'.repeat(3000)},${claims.slice(1)}`,
    ACCEPTED_OR_INVALID
  ],
  [
    '500 claims',
    (claims: string) =>
      `{${Array.from({ length: 500 }, (_, i) => `"c${i}":1,`).join('')}${claims.slice(1)}`,
    ACCEPTED_OR_INVALID
  ]
].map(([name, text, expected]) => ({
  id: 'deny',
  name: name as string,
  request: (xsuaa) =>
    bearer(jws(header(), (text as (claims: string) => string)(JSON.stringify(userClaims(xsuaa))))),
  expected: expected as Expected
}))

/** Issuer, audience, time, tenant and kind of a token that is well signed. */
export const claims: Case[] = [...strings, ...lists, ...others, ...tenants, ...tokenTypes, ...raw]
