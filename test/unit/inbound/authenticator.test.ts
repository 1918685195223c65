import { trustedIssuers } from '../../../src/inbound/authenticator.js'
import type { AuthOptions, Bindings } from '../../../src/options.js'

const IAS = { clientid: 'c', url: 'https://t.example.com', domains: ['example.com'] }

const started = (options: object, bindings: Bindings = { ias: IAS }) =>
  trustedIssuers({ kind: 'principal', ...options } as AuthOptions, bindings)

test('options of the library that would accept every token stop the start', () => {
  const config = { validation: { enabled: false } }
  expect(() => started({ config })).toThrow(/^cds\.requires\.auth\.config\.validation\.enabled is/)
  expect(started({ config: {} }).map(({ issuer }) => issuer.alias)).toEqual(['ias'])
})
