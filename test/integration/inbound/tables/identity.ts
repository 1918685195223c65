import { acceptedAs, type Case, FORBIDDEN } from '../support/case.js'
import { CLIENTID, XSAPPNAME } from '../support/claims.js'
import { ofClient, roles, shown, withClaims } from '../support/rows.js'

const userIds: Case[] = [
  ...[
    undefined,
    null,
    '',
    'anonymous',
    'system',
    'privileged',
    'a\0b',
    'a\nb',
    'a\r\nb',
    'a\tb',
    '\u007f',
    '\u001b[0m',
    'x'.repeat(256),
    'x'.repeat(3000)
  ].map((name) => withClaims('kind of user', `user_name ${shown(name)}`, { user_name: name })),
  withClaims('kind of user', 'no user_name, but everything else', {
    user_name: undefined,
    sub: 'bob',
    email: 'bob@example.com',
    user_id: 'bob',
    name: 'bob',
    preferred_username: 'bob'
  }),
  ...[
    'x'.repeat(255),
    '\u017dofie M\u00fcller',
    '\u7530\u4e2d',
    'DOMAIN\\alice',
    "O'Brien",
    'a b',
    '<script>',
    '{"id":"x"}',
    'constructor',
    '__proto__',
    '*',
    'true',
    '0'
  ].map((name) =>
    withClaims(
      'kind of user',
      `user_name ${shown(name)} is one`,
      { user_name: name },
      acceptedAs({ id: name, technical: false })
    )
  ),
  withClaims(
    'user id',
    'the same name from another identity provider has its own origin',
    { origin: 'other.idp' },
    acceptedAs({ id: 'alice' })
  )
]

/** Grants that are none of the two without a user. */
const GRANTS = [
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__',
  'CLIENT_CREDENTIALS',
  'client_credentials ',
  ' client_x509',
  'client',
  '',
  'client_credentials,password',
  'client_credentials\0'
]

const technical: Case[] = [
  ...GRANTS.flatMap((grant_type) => [
    withClaims(
      'kind of user',
      `grant_type ${shown(grant_type)} is a person's`,
      { grant_type },
      acceptedAs({ id: 'alice', technical: false, roles: roles('Viewer') })
    ),
    ofClient('kind of user', `grant_type ${shown(grant_type)} without a person`, { grant_type })
  ]),
  withClaims(
    'kind of user',
    'system-user is not a matter of names',
    { user_name: 'sb-inbound!b1', sub: CLIENTID },
    acceptedAs({ id: 'sb-inbound!b1', technical: false })
  ),
  ...['client_credentials', 'client_x509'].flatMap((grant_type) => [
    ofClient(
      'kind of user',
      `${grant_type} is technical`,
      { grant_type },
      acceptedAs({
        id: 'system',
        technical: true,
        roles: roles('internal-user', 'system-user', 'uaa.resource')
      })
    ),
    ofClient(
      'kind of user',
      `${grant_type} with a user_name stays technical`,
      { grant_type, user_name: 'alice', email: 'a@b.c' },
      acceptedAs({ id: 'system', technical: true })
    ),
    ofClient(
      'kind of user',
      `${grant_type} with attributes has none`,
      { grant_type, 'xs.user.attributes': { country: ['DE'] } },
      acceptedAs({ technical: true })
    ),
    ofClient(
      'reserved roles',
      `${grant_type} of a foreign client is not internal`,
      {
        grant_type,
        aud: [XSAPPNAME],
        azp: 'sb-other!t2',
        cid: 'sb-other!t2',
        client_id: 'sb-other!t2',
        sub: 'sb-other!t2'
      },
      acceptedAs({ id: 'system', roles: roles('system-user', 'uaa.resource') })
    ),
    ofClient(
      'reserved roles',
      `${grant_type} of a foreign client does not open`,
      {
        grant_type,
        aud: [XSAPPNAME],
        azp: 'sb-other!t2',
        cid: 'sb-other!t2',
        client_id: 'sb-other!t2'
      },
      FORBIDDEN,
      '/odata/v4/inbound/internalOnly()'
    ),
    ofClient(
      'reserved roles',
      `${grant_type}: internal-user of a foreign client as a scope`,
      {
        grant_type,
        azp: 'sb-other!t2',
        cid: 'sb-other!t2',
        client_id: 'sb-other!t2',
        aud: [XSAPPNAME],
        scope: [`${XSAPPNAME}.internal-user`, 'internal-user']
      },
      acceptedAs({ roles: roles('system-user') })
    ),
    ofClient(
      'reserved roles',
      `${grant_type} of a client with a longer name`,
      {
        grant_type,
        aud: [XSAPPNAME],
        azp: `${CLIENTID}2`,
        cid: `${CLIENTID}2`,
        client_id: `${CLIENTID}2`
      },
      acceptedAs({ roles: roles('system-user', 'uaa.resource') })
    )
  ])
]

/** What becomes of claims: nobody gets more than the token gives. */
export const identity: Case[] = [...userIds, ...technical]
