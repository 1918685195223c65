import { acceptedAs, atMost, type Case, FORBIDDEN } from '../support/case.js'
import { CLIENTID, XSAPPNAME } from '../support/claims.js'
import { roles, shown, withClaims } from '../support/rows.js'

/** Scopes that give none of the roles that are asked for. */
const POWERLESS = [
  'Supervisor',
  'Viewer',
  '.Supervisor',
  `x${XSAPPNAME}.Supervisor`,
  `${XSAPPNAME}x.Supervisor`,
  `${XSAPPNAME}Supervisor`,
  `${XSAPPNAME}/Supervisor`,
  `${XSAPPNAME}..Supervisor`,
  `${XSAPPNAME}. Supervisor`,
  `${XSAPPNAME}.Supervisor `,
  ` ${XSAPPNAME}.Supervisor`,
  `${XSAPPNAME}.supervisor`,
  `${XSAPPNAME}.SUPERVISOR`,
  `${XSAPPNAME.toUpperCase()}.Supervisor`,
  `${XSAPPNAME}.${XSAPPNAME}.Supervisor`,
  `${XSAPPNAME}.Supervisor\0`,
  `${XSAPPNAME}.Supervisor,x`,
  `\t${XSAPPNAME}.Supervisor`,
  `${CLIENTID}.Supervisor`,
  `other!t2.${XSAPPNAME}.Supervisor`,
  `other!t2|${XSAPPNAME}.Supervisor`,
  'inbound.Supervisor',
  'inbound!b2.Supervisor',
  'inboundXb1.Supervisor',
  '$XSAPPNAME.Supervisor',
  '*',
  `${XSAPPNAME}.*`,
  `${XSAPPNAME}.`,
  XSAPPNAME,
  '',
  ' '
]

const NEVER = ['any', 'authenticated-user', 'identified-user', 'system-user', 'internal-user']
const CAP_ROLES = ['cds.Subscriber', 'cds.ExtensionDeveloper', 'cds.UIFlexDeveloper']
const PROTOTYPE = ['constructor', 'toString', 'hasOwnProperty', 'valueOf']

const ownAnd = (scope: unknown) => ({ aud: [CLIENTID], scope: [scope] })

const scopes: Case[] = [
  ...POWERLESS.flatMap((scope) => [
    withClaims(
      'own scopes',
      `scope ${shown(scope)}`,
      ownAnd(scope),
      acceptedAs({ roles: roles() })
    ),
    withClaims(
      'own scopes',
      `scope ${shown(scope)} does not open`,
      ownAnd(scope),
      FORBIDDEN,
      '/odata/v4/inbound/supervisorOnly()'
    )
  ]),
  ...CAP_ROLES.map((role) =>
    withClaims(
      'reserved roles',
      `scope ${shown(role)}`,
      ownAnd(role),
      acceptedAs({ roles: roles() })
    )
  ),
  ...NEVER.flatMap((role) =>
    [role, `${XSAPPNAME}.${role}`, `${XSAPPNAME}.${role} `].map((scope) =>
      withClaims(
        'reserved roles',
        `scope ${shown(scope)}`,
        ownAnd(scope),
        acceptedAs({ roles: roles(), technical: false })
      )
    )
  ),
  ...['system-user', 'internal-user'].flatMap((role) =>
    [role, `${XSAPPNAME}.${role}`].map((scope) =>
      withClaims(
        'reserved roles',
        `scope ${shown(scope)} does not open`,
        ownAnd(scope),
        FORBIDDEN,
        `/odata/v4/inbound/${role === 'system-user' ? 'systemOnly' : 'internalOnly'}()`
      )
    )
  ),
  ...[...PROTOTYPE, '__proto__'].map((scope) =>
    withClaims('reserved roles', `scope ${scope}`, ownAnd(scope), acceptedAs({ roles: roles() }))
  ),
  ...PROTOTYPE.slice(0, 3).map((role) =>
    withClaims(
      'reserved roles',
      `an own scope called ${role}`,
      ownAnd(`${XSAPPNAME}.${role}`),
      atMost({ id: 'alice' })
    )
  ),
  withClaims(
    'reserved roles',
    'an own scope called __proto__',
    ownAnd(`${XSAPPNAME}.__proto__`),
    atMost({ id: 'alice' })
  ),
  withClaims(
    'own scopes',
    'a foreign scope keeps its full name',
    ownAnd('other!t2.Supervisor'),
    acceptedAs({ roles: roles('other!t2.Supervisor') })
  ),
  withClaims(
    'own scopes',
    'own scopes lose the prefix',
    ownAnd(`${XSAPPNAME}.Supervisor`),
    acceptedAs({ roles: roles('Supervisor') })
  ),
  withClaims(
    'own scopes',
    'an own scope opens',
    ownAnd(`${XSAPPNAME}.Supervisor`),
    acceptedAs({}),
    '/odata/v4/inbound/supervisorOnly()'
  ),
  withClaims(
    'scope',
    'one string with spaces',
    { scope: `openid ${XSAPPNAME}.Viewer  ${XSAPPNAME}.Supervisor` },
    acceptedAs({ roles: roles('Supervisor', 'Viewer') })
  ),
  withClaims(
    'scope',
    'one string with tabs and line feeds is one scope',
    { scope: `x\t${XSAPPNAME}.Supervisor\n${XSAPPNAME}.Supervisor` },
    acceptedAs({ roles: roles() })
  ),
  ...[undefined, null, [], ''].map((scope) =>
    withClaims(
      'scope',
      `scope ${shown(scope)}`,
      { scope },
      acceptedAs({ roles: roles(), id: 'alice' })
    )
  ),
  withClaims(
    'own scopes',
    'authorities are no scopes',
    { scope: [], authorities: [`${XSAPPNAME}.Supervisor`] },
    acceptedAs({ roles: roles() })
  ),
  withClaims(
    'own scopes',
    'role collections and groups are no roles',
    {
      scope: [],
      groups: ['Supervisor'],
      roles: ['Supervisor'],
      'xs.system.attributes': {
        'xs.rolecollections': ['Supervisor'],
        'xs.saml.groups': ['Supervisor']
      }
    },
    acceptedAs({ roles: roles() })
  )
]

/** What scopes give, and what they can not. */
export const role: Case[] = [...scopes]
