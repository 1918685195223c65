import { ACCEPTED, type Case } from '../support/case.js'
import { CLIENTID, XSAPPNAME } from '../support/claims.js'
import { shown, withClaims } from '../support/rows.js'

const ISSUERS: ((uaadomain: string) => unknown)[] = [
  (domain) => `https://${domain}/oauth/token`,
  (domain) => `http://provider.${domain}/oauth/token`,
  (domain) => `HTTPS://provider.${domain}/oauth/token`,
  (domain) => `https://provider.${domain}/oauth/token/`,
  (domain) => `https://provider.${domain}/oauth/token?x`,
  (domain) => `https://provider.${domain}/oauth/token#x`,
  (domain) => `https://provider.${domain}/oauth/token\n`,
  (domain) => `\nhttps://provider.${domain}/oauth/token`,
  (domain) => ` https://provider.${domain}/oauth/token`,
  (domain) => `https://provider.${domain}`,
  (domain) => `https://provider.${domain}/oauth/token/alias/x`,
  (domain) => `https://a.b.${domain}/oauth/token`,
  (domain) => `https://.${domain}/oauth/token`,
  (domain) => `https://*.${domain}/oauth/token`,
  (domain) => `https://provider.${domain}.evil.example/oauth/token`,
  (domain) => `https://provider.${domain}@evil.example/oauth/token`,
  (domain) => `https://evil.example/.${domain}/oauth/token`,
  (domain) => `https://evil.example#.${domain}/oauth/token`,
  (domain) => `https://evil.example\\.${domain}/oauth/token`,
  (domain) => `https://user:password@provider.${domain}/oauth/token`,
  (domain) => `https://provider${domain}/oauth/token`,
  (domain) => `https://provider.${domain}0/oauth/token`,
  (domain) => `https://provider.${domain.replace(/:\d+/, '')}/oauth/token`,
  (domain) => `https://provider.${domain.replace(/:\d+/, ':443')}/oauth/token`,
  (domain) => `https://${'a'.repeat(64)}.${domain}/oauth/token`,
  (domain) => [`https://provider.${domain}/oauth/token`],
  () => 'https://provider.authentication.eu10.hana.ondemand.com/oauth/token',
  () => 'https://evil.example/oauth/token',
  () => 'http://provider.localhost:8080/uaa/oauth/token/',
  () => 'https://provider.localhost:8080/uaa/oauth/token',
  () => 'http://localhost:8080/uaa/oauth/token',
  () => 'http://a.b.localhost:8080/uaa/oauth/token',
  () => 'http://evil.example/.localhost:8080/uaa/oauth/token',
  () => 'http://evil.example#.localhost:8080/uaa/oauth/token',
  () => 'http://provider.localhost:8081/uaa/oauth/token',
  () => 'http://provider.localhost:8080/oauth/token',
  () => 'http://provider.localhost.evil.example:8080/uaa/oauth/token',
  () => 'provider',
  () => '',
  () => null,
  () => undefined
]

const issuers: Case[] = ISSUERS.map((iss) =>
  withClaims('issuer', `iss ${shown(iss('localhost:1'))}`, ({ uaadomain }) => ({
    iss: iss(uaadomain)
  }))
)

/** Of another client, so that nothing but `aud` and `scope` speak for the token. */
const foreign = { cid: 'sb-other!t2', azp: 'sb-other!t2', client_id: 'sb-other!t2' }

const FOREIGN_AUDIENCES: unknown[] = [
  ...[
    'sb-other!t2',
    'other!t2',
    'openid',
    'uaa',
    ' ',
    '.',
    '*',
    CLIENTID.toUpperCase(),
    XSAPPNAME.toUpperCase()
  ],
  ...[
    `${CLIENTID}x`,
    `x${CLIENTID}`,
    ` ${CLIENTID}`,
    `${CLIENTID} `,
    `${XSAPPNAME}x`,
    `x${XSAPPNAME}`,
    'inbound',
    'inbound!b',
    'sb-inbound',
    'sb-inbound!b12',
    'inbound!b1|x'
  ],
  ...[
    `${XSAPPNAME},other`,
    `other,${XSAPPNAME}`,
    `other ${XSAPPNAME}`,
    `clone!b2|x${XSAPPNAME}`,
    `clone!b2|${XSAPPNAME}x`,
    `clone!b2|${XSAPPNAME}.x`,
    `${XSAPPNAME}\0`,
    `${XSAPPNAME}\n`
  ]
]

const audiences: Case[] = [
  ...FOREIGN_AUDIENCES.flatMap((aud) => [
    withClaims('audience', `aud ${shown(aud)}`, { ...foreign, aud }),
    withClaims('audience', `aud ${shown([aud])}`, { ...foreign, aud: [aud, 'openid'] })
  ]),
  ...[[], undefined, null, ''].flatMap((aud) => [
    withClaims('audience', `aud ${shown(aud)}, foreign scopes`, {
      ...foreign,
      aud,
      scope: ['other!t2.Viewer']
    }),
    withClaims('audience', `aud ${shown(aud)}, scopes with the own name inside`, {
      ...foreign,
      aud,
      scope: [`other!t2.${XSAPPNAME}.Viewer`, `x${XSAPPNAME}.Viewer`]
    }),
    withClaims('audience', `aud ${shown(aud)}, no scopes`, { ...foreign, aud, scope: undefined })
  ]),
  withClaims('audience', 'own scopes do not help against a foreign aud', {
    ...foreign,
    aud: ['other!t2'],
    scope: [`${XSAPPNAME}.Viewer`]
  }),
  withClaims('audience', 'azp and client_id are no audience', {
    aud: ['other!t2'],
    cid: 'sb-other!t2'
  }),
  withClaims('audience', 'aud as one string', { ...foreign, aud: CLIENTID }, ACCEPTED),
  withClaims('audience', 'the own client is an audience', { aud: ['other!t2'] }, ACCEPTED)
]

/** Who issued a token, and for whom. */
export const addressee: Case[] = [...issuers, ...audiences]
