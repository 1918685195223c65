import { trustedIssuers } from '../../../src/inbound/authenticator.js'
import type { Bindings } from '../../../src/options.js'

const IAS = { clientid: 'c', url: 'https://t.example.com', domains: ['example.com'] }
const XSUAA = { clientid: 'sb-app!t1', xsappname: 'app!t1', uaadomain: 'example.com' }

const started = (options: object, bindings: Bindings = { ias: IAS }) =>
  trustedIssuers({ kind: 'principal', ...options }, bindings)

test('options of the library that would accept every token stop the start', () => {
  const config = { validation: { enabled: false } }
  for (const bindings of [{ ias: IAS }, { xsuaa: XSUAA }])
    expect(() => started({ config }, bindings)).toThrow(/auth\.config\.validation\.enabled is/)
  expect(started({ config: {} }).map(({ issuer }) => issuer.alias)).toEqual(['ias'])
})

describe('issuers', () => {
  const PARTNER = { issuer: 'https://idp.example', audience: 'maintenance' }
  const path = 'cds.requires.auth.issuers'

  test.each<[object, string]>([
    [{ partner: null }, `${path}.partner must be an object`],
    [{ partner: {}, other: {} }, `${path}.partner.issuer is missing`],
    [{ partner: PARTNER, other: { audience: 'x' } }, `${path}.other.issuer is missing`],
    [{ partner: PARTNER, other: PARTNER }, `${path}.other.issuer is the same as that of "partner"`],
    [{ ias: PARTNER }, `${path}.ias: the name stands for the bound service`]
  ])('%j stop the start', (issuers, message) => {
    expect(() => started({ issuers })).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        message: expect.stringContaining(message) as string
      })
    )
  })

  test('are those of the configuration, and none if it has been taken away', () => {
    const aliases = (issuers: object | null) =>
      started({ issuers }).map(({ issuer }) => issuer.alias)
    expect(aliases({ partner: PARTNER })).toEqual(['ias', 'partner'])
    expect(aliases(null)).toEqual(['ias'])
  })
})
