import { attachedLandscape } from '../../../../src/development/attached.js'
import { unknownIssuer } from '../../../../src/inbound/denied/unknown-issuer.js'
import type { Issuer } from '../../../../src/token/issuers/issuer.js'

jest.mock('../../../../src/development/attached.js', () => ({ attachedLandscape: jest.fn() }))

const issuer = (alias: string, trusts: string) => ({ alias, trusts }) as Issuer
const XSUAA = issuer('xsuaa', '<subdomain>.authentication.eu10.hana.ondemand.com')
const IAS = issuer('ias', 'accounts.ondemand.com')

const OF_XSUAA = {
  iss: 'https://t1.authentication.us10.hana.ondemand.com/oauth/token',
  ext_attr: { enhancer: 'XSUAA' }
}
const OF_IAS = { iss: 'https://t1.accounts.ondemand.com', sap_id_type: 'user', app_tid: 't1' }

afterEach(() => jest.mocked(attachedLandscape).mockReset())

test.each([
  [
    'of Identity Authentication, and only XSUAA is bound',
    OF_IAS,
    [XSUAA],
    /Identity Authentication, which is not bound/
  ],
  [
    'of XSUAA, and only Identity Authentication is bound',
    OF_XSUAA,
    [IAS],
    /XSUAA, which is not bound/
  ],
  [
    'of XSUAA by its zone and client',
    { ...OF_XSUAA, ext_attr: null, zid: 'z', cid: 'c' },
    [IAS],
    /of XSUAA, which/
  ],
  ['of another region', OF_XSUAA, [XSUAA, IAS], /another landscape or region/],
  ['of another issuer', { iss: 'https://login.example/realms/x?user=y' }, [XSUAA], /issuers\.$/],
  ['without one', {}, [XSUAA], /issuers\.$/],
  [
    'of emulated services',
    { iss: 'https://t1.localhost:1/oauth/token' },
    [XSUAA],
    /this process is not bound to/
  ]
])('a token %s', (_, payload, trusted, fix) => {
  const { code, explanation } = unknownIssuer(payload, trusted)
  expect(code).toBe('ERR_TOKEN_ISSUER')
  expect(explanation.fix).toMatch(fix)
  expect(explanation.expected).toBe(trusted.map(({ trusts }) => trusts).join(', or '))
  expect(explanation.sent).not.toMatch(/\/|user/) // the host and nothing behind it
})

test.each([
  ['https://t1.localhost:1/oauth/token', 't1.localhost:1'],
  ['urn:x', 'no URL'],
  [42, 'no "iss" claim']
])('%s is shown as %s', (iss, sent) => {
  expect(unknownIssuer({ iss }, []).explanation.sent).toBe(sent)
})

test('of the landscape before a restart: the command that gets a new one', () => {
  jest.mocked(attachedLandscape).mockReturnValue({ users: [{ name: 'alice' }] } as never)
  const { message } = unknownIssuer({ iss: 'https://localhost:1/oauth/token' }, [XSUAA])
  expect(message).toMatch(/ran before: get a new one \(npx cds-principal token alice\)\.$/)
})
