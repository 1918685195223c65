import { ConfigurationError, TokenError } from '../../../../src/errors.js'
import { logWarning } from '../../../../src/lib/log.js'
import { type Caller, trustAcl } from '../../../../src/token/issuers/trust-acl.js'

jest.mock('../../../../src/lib/log.js')

const OWN = 'sb-app!t1'
const check = (list: unknown) => trustAcl(JSON.stringify(list), OWN)

describe('SAP_JWT_TRUST_ACL only ever narrows', () => {
  test('not set, it restricts nothing', () => {
    expect(trustAcl(undefined, OWN)).toBeUndefined()
    expect(trustAcl('', OWN)).toBeUndefined()
  })

  test('an entry for everybody restricts nothing, whatever stands beside it, and the log says so', () => {
    const everybody = { clientid: '*', identityzone: '*' }
    expect(check([everybody])).toBeUndefined()
    expect(check([{ clientid: 'sb-jobs!b1', identityzone: 'other' }, everybody])).toBeUndefined()
    expect(jest.mocked(logWarning)).toHaveBeenCalledWith(
      'SAP_JWT_TRUST_ACL has an entry for any client of any zone: it restricts nothing'
    )
  })

  test('any client of one zone', () => {
    const acl = check([{ clientid: '*', identityzone: 'other' }])
    expect(() => acl?.({ client: 'sb-any!t2', tenant: 'other' })).not.toThrow()
    expect(() => acl?.({ client: 'sb-any!t2', tenant: 'third' })).toThrow(TokenError)
  })

  test('clients and zones without an entry are refused, the own client needs none', () => {
    const acl = check([
      { clientid: 'sb-jobs!b1', identityzone: 'other' },
      { clientid: 'sb-any!t2', identityzone: '*' }
    ])
    const attempt = (client: string, tenant: string) => () => acl?.({ client, tenant })
    expect(attempt('sb-jobs!b1', 'other')).not.toThrow()
    expect(attempt('sb-any!t2', 'whatever')).not.toThrow()
    expect(attempt(OWN, 'own')).not.toThrow()
    expect(attempt(OWN, 'subscriber')).not.toThrow()
    expect(attempt('sb-jobs!b1', 'own')).toThrow(TokenError)
    expect(attempt('sb-foreign!t3', 'other')).toThrow(TokenError)
  })

  test.each<[object[], Caller, string, string]>([
    [[], { client: 'a', tenant: 't1' }, 'client a, zone t1', 'no other client'],
    [
      [{ clientid: 'b', identityzone: '*' }],
      { client: undefined, tenant: undefined },
      'client none, zone none',
      'client b, zone *'
    ],
    [
      ['b', 'c', 'd\n', 'e'].map((clientid) => ({ clientid, identityzone: 't2' })),
      { client: 'a\n', tenant: 't1' },
      'client a?, zone t1',
      'client b, zone t2 or client c, zone t2 or client d?, zone t2'
    ]
  ])('%j: a refusal of %j says who came and who may', (list, caller, sent, expected) => {
    expect(() => check(list)?.(caller)).toThrow(
      expect.objectContaining({
        ...{ code: 'ERR_TOKEN_AUDIENCE', status: 401 },
        message: `SAP_JWT_TRUST_ACL has no entry for the token's client and zone (sent ${sent} ≠ expected ${expected}). Add the client and its zone to SAP_JWT_TRUST_ACL, if it may call this application.`
      })
    )
  })

  test.each([
    ...['{', '{}', '"*"', '[1]', '[null]'],
    ...['[{"clientid":"*"}]', '[{"identityzone":"*"}]', '[{"clientid":"a","identityzone":"b"},1]']
  ])('%s stops the start', (value) => {
    expect(() => trustAcl(value, OWN)).toThrow(ConfigurationError)
    expect(() => trustAcl(value, OWN)).toThrow(
      new Error(
        'SAP_JWT_TRUST_ACL is not a JSON list of { "clientid": "…", "identityzone": "…" }. Correct it, or unset it.'
      )
    )
  })
})
