import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { decode } from '../../../../src/token/decode.js'
import { xsuaaIssuer } from '../../../../src/token/issuers/xsuaa.js'
import {
  type Claims,
  CLIENTID,
  SUBSCRIBER,
  technicalClaims,
  TENANT,
  userClaims,
  XSAPPNAME
} from '../../../integration/inbound/support/claims.js'
import { header, jws, userToken } from '../../../integration/inbound/support/jws.js'
import { keys, rs } from '../../../integration/inbound/support/keys.js'
import {
  goodKeys,
  json,
  startXsuaa,
  type TestXsuaa
} from '../../../integration/inbound/support/test-xsuaa.js'

jest.mock('../../../../src/lib/log.js')

const OWN = { clientid: CLIENTID, xsappname: XSAPPNAME, tenantid: TENANT }
const OTHER = { aud: ['other'], azp: 'other', cid: 'other', client_id: 'other' }
const NEW_TOKEN = 'Get a new token (of the emulated services: npx cds-principal token <user>).'
const OTHER_APPLICATION = `the token was issued for another application: neither "aud" nor scopes name this one (sent client other, audience other ≠ expected client ${CLIENTID}, or audience ${XSAPPNAME}).`

let xsuaa: TestXsuaa
beforeAll(async () => {
  xsuaa = await startXsuaa()
  setDefaultCACertificates([...getCACertificates('default'), xsuaa.ca])
})
afterAll(() => xsuaa.stop())
beforeEach(() => {
  xsuaa.requests.length = 0
  xsuaa.answer = goodKeys
})

const issuer = (changes: object = {}) =>
  xsuaaIssuer({ ...OWN, uaadomain: xsuaa.uaadomain, ...changes })
const verify = (claims: Claims, changes: object = {}) =>
  issuer(changes).verify(decode(userToken(xsuaa, claims)), {})

describe('a refusal says what came and what to do', () => {
  test.each<[string, Claims, object]>([
    [
      `the "zid" claim with the tenant is missing. ${NEW_TOKEN} Tokens of XSUAA always name their tenant.`,
      { zid: undefined },
      {}
    ],
    [
      `the token is of another tenant, and the binding's "tenantmode" is dedicated (sent tenant ${SUBSCRIBER} ≠ expected tenant ${TENANT}). Get the token in the subaccount of the application, or set "tenant-mode": "shared" in xs-security.json for subscribers.`,
      { zid: SUBSCRIBER },
      { tenantmode: 'dedicated' }
    ],
    [
      `${OTHER_APPLICATION} Get the token with the client of this application's binding, or grant the other application a scope ("granted-apps" in xs-security.json) and let it exchange the token for this one (jwt-bearer).`,
      OTHER,
      {}
    ],
    [
      `${OTHER_APPLICATION} It is a technical one: if its client shall call this application, add to a scope in xs-security.json "grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], update the service instance, and let the caller get a new token.`,
      { ...OTHER, scope: ['uaa.resource'], grant_type: 'client_credentials' },
      {}
    ]
  ])('%s', async (message, claims, changes) => {
    await expect(verify(claims, changes)).rejects.toThrow(new Error(message))
    expect(xsuaa.requests).toEqual([])
  })

  test('a tenant for which XSUAA has no keys', async () => {
    xsuaa.answer = (res) => {
      json(res, {}, 400)
    }
    await expect(verify({ zid: SUBSCRIBER })).rejects.toMatchObject({
      code: 'ERR_TOKEN_TENANT',
      status: 401
    })
  })

  test('a binding that is not complete', () => {
    expect(() => issuer({ xsappname: '' })).toThrow(
      new Error(
        'the XSUAA binding of cds.requires.auth has no "xsappname". Bind the service again, or complete its secret or credentials.'
      )
    )
  })
})

test('the log names the hosts whose tokens are accepted, without their scheme', () => {
  for (const uaadomain of ['uaa.example', 'https://uaa.example']) {
    expect(issuer({ uaadomain }).trusts).toBe('<subdomain>.uaa.example')
  }
})

test('a technical token of the own client is verified', async () => {
  const token = jws(header(), technicalClaims(xsuaa))
  await expect(issuer().verify(decode(token), {})).resolves.toMatchObject({ tenant: TENANT })
})

describe('keys that are there before the first token', () => {
  test.each([
    [[TENANT], {}],
    [[SUBSCRIBER], { tenantid: undefined, identityzoneid: SUBSCRIBER }],
    [[], { tenantid: undefined }]
  ])('are those of the own tenant: %j', async (tenants, changes) => {
    await issuer(changes).loadKeys?.()
    expect(xsuaa.requests).toEqual(tenants.map((tenant) => `/token_keys?zid=${tenant}`))
  })
})

test('a genuine token of a new tenant does not wait behind those of invented tenants', async () => {
  const own = issuer()
  await own.loadKeys?.()
  const time = jest.spyOn(Date, 'now').mockReturnValue(Date.now()) // no new turn comes up
  try {
    const forged = Array.from({ length: 10 }, (_, i) => {
      const sign = rs(256, keys.attacker.privateKey)
      const token = jws(header(), userClaims(xsuaa, { zid: `invented-${String(i)}` }), sign)
      return own.verify(decode(token), {}).catch((error: unknown) => error)
    })
    const genuine = decode(userToken(xsuaa, { zid: SUBSCRIBER }))
    await expect(own.verify(genuine, {})).resolves.toMatchObject({ tenant: SUBSCRIBER })
    time.mockRestore()
    await Promise.all(forged)
  } finally {
    time.mockRestore()
  }
})
