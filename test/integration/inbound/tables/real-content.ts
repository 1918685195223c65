import { now, XSAPPNAME } from '../support/claims.js'
import { roles } from '../support/rows.js'
import { alice, application, clientWith, type RealToken, userWith } from '../support/real-token.js'

const manyScopes = (count: number) =>
  Array.from({ length: count }, (_, i) => `${XSAPPNAME}.ScopeNumber${i}`)

const contents: RealToken[] = [
  userWith(
    '60 scopes',
    { scope: [...manyScopes(60), `${XSAPPNAME}.Viewer`] },
    { identity: { roles: roles('Viewer') } }
  ),
  userWith(
    '200 scopes',
    { scope: [...manyScopes(200), `${XSAPPNAME}.Supervisor`] },
    { identity: { roles: roles('Supervisor') } }
  ),
  userWith(
    'scopes of several applications',
    { scope: ['openid', 'uaa.user', 'other!t2.Viewer', `${XSAPPNAME}.Viewer`] },
    { identity: { roles: roles('Viewer', 'other!t2.Viewer', 'uaa.user') } }
  ),
  userWith('only openid', { scope: ['openid'] }, { identity: { ...alice, roles: roles() } }),
  userWith('an empty scope', { scope: [] }, { identity: { ...alice, roles: roles() } }),
  userWith(
    'no scope',
    { scope: undefined },
    {
      identity: { ...alice, roles: roles() },
      stock: { why: 'it fails without the claim', status: 500 }
    }
  ),
  userWith(
    'no attributes',
    { 'xs.user.attributes': undefined, 'xs.system.attributes': undefined, ext_attr: undefined },
    { identity: { ...alice, attr: {} } }
  ),
  userWith(
    'attributes that are null',
    { 'xs.user.attributes': null, 'xs.system.attributes': null, ext_attr: null, az_attr: null },
    { identity: { ...alice, attr: {} } }
  ),
  userWith(
    'an empty object of attributes',
    { 'xs.user.attributes': {}, ext_attr: {} },
    { identity: { ...alice, attr: {} } }
  ),
  userWith(
    'attributes of several roles',
    {
      'xs.user.attributes': {
        'cost-center': ['0815', '4711'],
        country: ['Germany'],
        'a.b_c': ['x']
      }
    },
    {
      identity: { attr: { 'cost-center': ['0815', '4711'], country: ['Germany'], 'a.b_c': ['x'] } }
    }
  ),
  userWith(
    'an attribute without values',
    { 'xs.user.attributes': { country: ['DE'], 'empty-array': [] } },
    { identity: { attr: { country: ['DE'], 'empty-array': [] } } }
  ),
  clientWith(
    'attributes of a client',
    {
      az_attr: { external_group: 'domain\\group1', external_id: 'abcd1234' },
      'xs.user.attributes': { country: ['USA'] }
    },
    {
      identity: { ...application, attr: {} },
      stock: {
        why: 'nobody has assigned them to a program',
        identity: { attr: { country: ['USA'] } }
      }
    }
  ),
  userWith(
    'az_attr',
    { az_attr: { external_group: 'domaingroup1', external_id: 'abcd1234' } },
    { identity: alice }
  ),
  userWith(
    'names in ext_attr',
    { ext_attr: { enhancer: 'XSUAA', given_name: 'Other', family_name: 'Name' } },
    { identity: alice }
  ),
  userWith(
    'a SAML assertion inside',
    {
      'hdb.nameduser.saml': `<?xml version="1.0" encoding="UTF-8"?><saml2:Assertion ID="_71ee">${'TFJrdjEvcj'.repeat(320)}</saml2:Assertion>`
    },
    { identity: alice }
  ),
  userWith(
    'more claims than expected',
    {
      user_uuid: '5a1c',
      name: 'Alice Adams',
      session_id: 's',
      amr: ['pwd'],
      acr: { values: ['x'] },
      admin: true,
      phone_number: null,
      email_verified: true
    },
    { identity: alice }
  ),
  userWith(
    'only what is needed',
    {
      jti: undefined,
      ext_attr: undefined,
      client_id: undefined,
      azp: undefined,
      rev_sig: undefined,
      iat: undefined,
      sub: undefined,
      user_id: undefined,
      given_name: undefined,
      family_name: undefined,
      email: undefined,
      auth_time: undefined,
      origin: undefined
    },
    { identity: alice }
  )
]

const NAMES = [
  '\u017dofie M\u00fcllerov\u00e1',
  '\u7530\u4e2d \u592a\u90ce',
  '\u0627\u0644\u0639\u0631\u0628\u064a\u0629',
  'Zo\u0308e',
  '\ud83d\udc69\u200d\ud83d\ude80',
  'alice.adams+test@example.com',
  'DOMAIN\\alice',
  'P000123',
  "O'Brien",
  'alice adams',
  'x'.repeat(255)
]

const names: RealToken[] = NAMES.map((name) =>
  userWith(
    `a user called ${name.slice(0, 30)}`,
    { user_name: name, given_name: name, family_name: name, email: `${name}@example.com` },
    { identity: { id: name } }
  )
)

const times: RealToken[] = [
  userWith('over for 30 s: clocks differ', () => ({ exp: now() - 30 }), { identity: alice }),
  userWith('starts in 30 s: clocks differ', () => ({ nbf: now() + 30, iat: now() + 30 }), {
    identity: alice
  }),
  userWith('issued in the future: clocks differ', () => ({ iat: now() + 45 }), { identity: alice }),
  userWith('valid for 24 h', () => ({ exp: now() + 86_399 }), { identity: alice }),
  userWith('valid for a week', () => ({ exp: now() + 7 * 86_400 - 60 }), { identity: alice }),
  clientWith('valid for a week, technical', () => ({ exp: now() + 7 * 86_400 - 60 }), {
    identity: application
  })
]

const headers: RealToken[] = [
  userWith('no typ', {}, { header: { typ: undefined }, identity: alice }),
  userWith('no typ, no jku', {}, { header: { typ: undefined, jku: undefined }, identity: alice }),
  userWith(
    'jku of another host',
    {},
    {
      header: { jku: 'https://subscriber.authentication.eu10.hana.ondemand.com/token_keys' },
      identity: alice
    }
  ),
  userWith(
    'the legacy jku',
    {},
    { header: { jku: 'http://paas.localhost:8080/uaa/token_keys' }, identity: alice }
  ),
  userWith('a jid', {}, { header: { jid: 'KYdKE0rYdkyWdaRg2eMjHRbvWMeKL' }, identity: alice }),
  userWith('cty', {}, { header: { cty: 'JWT' }, identity: alice })
]

/** What XSUAA puts into a token. */
export const varieties: RealToken[] = [...contents, ...names, ...times, ...headers]
