import type { TestXsuaa } from './test-xsuaa.js'

export const XSAPPNAME = 'inbound!b1'
export const CLIENTID = `sb-${XSAPPNAME}`
/** The tenant that the application is deployed in. */
export const TENANT = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
/** A subscriber. */
export const SUBSCRIBER = '9b2c1d7a-6e1f-4c57-8f4e-5a1b2c3d4e5f'

/** Claims by name; `undefined` takes one away. */
export type Claims = Record<string, unknown>

export const now = () => Math.floor(Date.now() / 1000)

/** What XSUAA puts into every token. */
function common(xsuaa: TestXsuaa): Claims {
  return {
    jti: '5a1c0e3bd8a94f2f8f0f5b9c0e3bd8a9',
    ext_attr: { enhancer: 'XSUAA', subaccountid: TENANT, zdn: 'provider' },
    client_id: CLIENTID,
    cid: CLIENTID,
    azp: CLIENTID,
    rev_sig: '8b9c1f2e',
    iat: now() - 10,
    exp: now() + 43_199,
    iss: `https://provider.${xsuaa.uaadomain}/oauth/token`,
    zid: TENANT,
    aud: [CLIENTID, XSAPPNAME, 'openid']
  }
}

/** Claims of a person who has logged on. */
export function userClaims(xsuaa: TestXsuaa, changes: Claims = {}): Claims {
  return {
    ...common(xsuaa),
    'xs.system.attributes': { 'xs.rolecollections': ['Technicians'] },
    'xs.user.attributes': { country: ['DE'] },
    given_name: 'Alice',
    family_name: 'Adams',
    sub: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    user_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    scope: ['openid', `${XSAPPNAME}.Viewer`],
    grant_type: 'authorization_code',
    origin: 'sap.default',
    user_name: 'alice',
    email: 'alice@example.com',
    auth_time: now() - 20,
    ...changes
  }
}

/** Claims of a client without a user. */
export function technicalClaims(xsuaa: TestXsuaa, changes: Claims = {}): Claims {
  return {
    ...common(xsuaa),
    sub: CLIENTID,
    authorities: ['uaa.resource'],
    scope: ['uaa.resource'],
    grant_type: 'client_credentials',
    aud: [CLIENTID, 'uaa'],
    ...changes
  }
}
