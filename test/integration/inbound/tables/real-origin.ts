import { CLIENTID, SUBSCRIBER, TENANT, XSAPPNAME } from '../support/claims.js'
import { roles } from '../support/rows.js'
import { alice, application, clientWith, type RealToken, userWith } from '../support/real-token.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const SAML_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

const grants: RealToken[] = [
  ...[
    'authorization_code',
    'password',
    'implicit',
    'refresh_token',
    'passcode',
    'user_token',
    JWT_BEARER,
    SAML_BEARER,
    'urn:ietf:params:oauth:grant-type:token-exchange'
  ].map((grant_type) =>
    userWith(
      `grant ${grant_type}`,
      { grant_type },
      { identity: { ...alice, roles: roles('Viewer') } }
    )
  ),
  clientWith('grant client_credentials', {}, { identity: { ...application, tenant: TENANT } }),
  clientWith('grant client_x509', { grant_type: 'client_x509' }, { identity: application }),
  clientWith(
    'grant client_x509, bound to a certificate',
    {
      grant_type: 'client_x509',
      cnf: { 'x5t#S256': 'fU-XoQlhMTpQsz9ArXl6zHIpMGuRO4ExLKdLTc5VjTM' }
    },
    { identity: application }
  ),
  userWith(
    'from a SAML assertion',
    {
      grant_type: SAML_BEARER,
      origin: 'saml.api.proxy',
      family_name: 'this-default-was-not-configured.invalid',
      ext_attr: null,
      'xs.system.attributes': {
        'xs.saml.groups': ['g1', 'g2'],
        'xs.rolecollections': ['Technicians']
      },
      'xs.user.attributes': { customerId: ['4711'], groups: ['a', 'b'] }
    },
    { identity: { ...alice, attr: { customerId: ['4711'], groups: ['a', 'b'] } } }
  ),
  userWith(
    'of a user_token exchange, with attributes in ext_cxt',
    {
      grant_type: 'user_token',
      jti: '6c0072fd01fb440b86f8a23bf91612b4-r',
      revocable: true,
      aud: [],
      azp: undefined,
      cid: `sb-clone2!b1|${XSAPPNAME}`,
      client_id: `sb-clone2!b1|${XSAPPNAME}`,
      'xs.user.attributes': undefined,
      'xs.system.attributes': undefined,
      ext_cxt: {
        'xs.user.attributes': { country: ['FR'] },
        'xs.system.attributes': { 'xs.saml.groups': ['g1'], 'xs.rolecollections': [] }
      }
    },
    {
      identity: { ...alice, attr: { country: ['FR'] } },
      stock: { why: 'it does not look into ext_cxt', identity: { attr: {} } }
    }
  )
]

const clone = `sb-6f7016e9-8665-4b73-9b46-f99d7808fe3c!b446|${XSAPPNAME}`

const audiences: RealToken[] = [
  userWith(
    'no aud, own scopes',
    { aud: undefined, cid: 'sb-other!t2', azp: 'sb-other!t2' },
    { identity: alice }
  ),
  userWith(
    'an empty aud, own scopes',
    { aud: [], cid: 'sb-other!t2', azp: 'sb-other!t2' },
    { identity: alice }
  ),
  userWith('an empty aud, own client', { aud: [], scope: ['openid'] }, { identity: alice }),
  userWith('aud as one string', { aud: CLIENTID }, { identity: alice }),
  userWith(
    'aud as the name of the application',
    { aud: XSAPPNAME, cid: 'sb-other!t2', azp: 'sb-other!t2' },
    { identity: alice }
  ),
  userWith(
    'aud with a namespace',
    { aud: [`${XSAPPNAME}.data`, 'openid'], cid: 'sb-other!t2', azp: 'sb-other!t2' },
    { identity: alice }
  ),
  userWith(
    'aud of the client with a namespace',
    { aud: [`${CLIENTID}.data.x`], cid: 'sb-other!t2', azp: 'sb-other!t2' },
    { identity: alice }
  ),
  userWith(
    'a clone of the broker plan',
    {
      aud: [clone],
      cid: clone,
      azp: clone,
      client_id: clone,
      ext_attr: { enhancer: 'XSUAA', serviceinstanceid: '6f7016e9-8665-4b73-9b46-f99d7808fe3c' }
    },
    { identity: alice }
  ),
  clientWith(
    'a clone of the broker plan, technical',
    { aud: ['uaa', clone], cid: clone, azp: clone, client_id: clone, sub: clone },
    { identity: { id: 'system', technical: true, roles: roles('system-user', 'uaa.resource') } }
  ),
  userWith(
    'the approuter of another application, with granted scopes',
    {
      cid: 'sb-portal!t7',
      azp: 'sb-portal!t7',
      client_id: 'sb-portal!t7',
      aud: [XSAPPNAME, 'sb-portal!t7', 'openid']
    },
    { identity: { ...alice, roles: roles('Viewer') } }
  ),
  clientWith(
    'the job scheduler, with a granted scope',
    {
      cid: 'sb-jobscheduler!b3',
      azp: 'sb-jobscheduler!b3',
      client_id: 'sb-jobscheduler!b3',
      sub: 'sb-jobscheduler!b3',
      aud: [XSAPPNAME, 'sb-jobscheduler!b3'],
      scope: [`${XSAPPNAME}.JOBSCHEDULER`],
      authorities: [`${XSAPPNAME}.JOBSCHEDULER`]
    },
    { identity: { id: 'system', technical: true, roles: roles('system-user', 'JOBSCHEDULER') } }
  ),
  clientWith(
    'the job scheduler for a subscriber',
    ({ uaadomain }) => ({
      zid: SUBSCRIBER,
      iss: `https://subscriber.${uaadomain}/oauth/token`,
      cid: 'sb-jobscheduler!b3',
      azp: 'sb-jobscheduler!b3',
      client_id: 'sb-jobscheduler!b3',
      aud: [XSAPPNAME, 'sb-jobscheduler!b3'],
      scope: [`${XSAPPNAME}.JOBSCHEDULER`]
    }),
    {
      identity: { tenant: SUBSCRIBER, technical: true, roles: roles('system-user', 'JOBSCHEDULER') }
    }
  ),
  clientWith(
    'the subscription service, with a scope that CAP itself has roles for',
    {
      cid: 'sb-tenant-onboarding!b4',
      azp: 'sb-tenant-onboarding!b4',
      client_id: 'sb-tenant-onboarding!b4',
      aud: [XSAPPNAME, 'sb-tenant-onboarding!b4'],
      scope: [`${XSAPPNAME}.cds.Subscriber`]
    },
    { identity: { technical: true, roles: roles('system-user', 'cds.Subscriber') } }
  ),
  clientWith(
    'of the time before azp',
    { azp: undefined, aud: [CLIENTID] },
    { identity: application }
  ),
  clientWith(
    'of the time before azp, two audiences',
    { azp: undefined, client_id: undefined },
    {
      identity: application,
      stock: {
        why: 'it does not look at cid when aud has two entries',
        identity: { roles: roles('system-user', 'uaa.resource') }
      }
    }
  ),
  userWith(
    'of the time before azp, a user',
    { azp: undefined, client_id: undefined },
    { identity: alice }
  )
]

const tenants: RealToken[] = [
  userWith(
    'a subscriber',
    ({ uaadomain }) => ({
      zid: SUBSCRIBER,
      iss: `https://subscriber.${uaadomain}/oauth/token`,
      ext_attr: { enhancer: 'XSUAA', subaccountid: SUBSCRIBER, zdn: 'subscriber' }
    }),
    { identity: { id: 'alice', tenant: SUBSCRIBER } }
  ),
  clientWith(
    'a subscriber, technical',
    ({ uaadomain }) => ({ zid: SUBSCRIBER, iss: `https://subscriber.${uaadomain}/oauth/token` }),
    { identity: { ...application, tenant: SUBSCRIBER } }
  ),
  ...['paas', 'uaa', 'test-idz', '11-22-33', 'my_zone.1'].map((zid) =>
    userWith(`a zone called ${zid}`, { zid }, { identity: { id: 'alice', tenant: zid } })
  ),
  userWith(
    'a subdomain with digits and hyphens',
    ({ uaadomain }) => ({ iss: `https://my-0-company-${'x'.repeat(40)}.${uaadomain}/oauth/token` }),
    { identity: alice }
  ),
  ...['paas', 'saas', 'provider', 'my-company-1'].map((zone) =>
    userWith(
      `legacy issuer of ${zone}`,
      { iss: `http://${zone}.localhost:8080/uaa/oauth/token` },
      { identity: alice }
    )
  ),
  clientWith(
    'legacy issuer, technical',
    { iss: 'http://saas.localhost:8080/uaa/oauth/token' },
    { identity: application }
  )
]

/** Who asked XSUAA for a token, how, and for whom. */
export const origins: RealToken[] = [...grants, ...audiences, ...tenants]
