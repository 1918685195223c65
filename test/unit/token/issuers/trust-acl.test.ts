import { ConfigurationError, TokenError } from '../../../../src/errors.js'
import { trustAcl } from '../../../../src/token/issuers/trust-acl.js'
import { muteConsole } from '../../../support/console.js'

muteConsole('warn')

const OWN = { client: 'sb-app!t1', tenant: 'own' }
const check = (list: unknown) => trustAcl(JSON.stringify(list), OWN)

describe('SAP_JWT_TRUST_ACL only ever narrows', () => {
  test('not set, it restricts nothing', () => {
    expect(trustAcl(undefined, OWN)).toBeUndefined()
    expect(trustAcl('', OWN)).toBeUndefined()
  })

  test('an entry for everybody restricts nothing', () => {
    expect(check([{ clientid: '*', identityzone: '*' }])).toBeUndefined()
  })

  test('clients and zones without an entry are refused, the own client needs none', () => {
    const acl = check([
      { clientid: 'sb-jobs!b1', identityzone: 'other' },
      { clientid: 'sb-any!t2', identityzone: '*' }
    ])
    const attempt = (client: string, tenant: string) => () => acl?.({ client, tenant })
    expect(attempt('sb-jobs!b1', 'other')).not.toThrow()
    expect(attempt('sb-any!t2', 'whatever')).not.toThrow()
    expect(attempt(OWN.client, OWN.tenant)).not.toThrow()
    expect(attempt('sb-jobs!b1', 'own')).toThrow(TokenError)
    expect(attempt('sb-foreign!t3', 'other')).toThrow(TokenError)
    expect(attempt(OWN.client, 'other')).toThrow(TokenError)
  })

  test.each(['{', '{}', '"*"', '[1]', '[{"clientid":"*"}]', '[null]'])(
    '%s stops the start',
    (value) => {
      expect(() => trustAcl(value, OWN)).toThrow(ConfigurationError)
      expect(() => trustAcl(value, OWN)).toThrow(/SAP_JWT_TRUST_ACL/)
    }
  )
})
