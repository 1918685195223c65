import { ConfigurationError } from '../../src/errors.js'
import { bindingsOf } from '../../src/options.js'

const XSUAA = { clientid: 'sb-app!t1', xsappname: 'app!t1', uaadomain: 'example.com' }
const IAS = { clientid: 'c', url: 'https://t.example.com', domains: ['example.com'] }

test('without a binding or an issuer the start stops, and says what to do', () => {
  expect(() => bindingsOf({ kind: 'principal' }, {})).toThrow(ConfigurationError)
  expect(() => bindingsOf({ kind: 'principal' }, {})).toThrow(/cds bind/)
})

test('on a platform, it says why this is production', () => {
  const { NODE_ENV } = process.env
  delete process.env.NODE_ENV
  process.env.KUBERNETES_SERVICE_HOST = '10.0.0.1'
  const note =
    /counts as production because KUBERNETES_SERVICE_HOST is set: set NODE_ENV=development/
  expect(() => bindingsOf({ kind: 'principal' }, {})).toThrow(note)
  delete process.env.KUBERNETES_SERVICE_HOST
  Object.assign(process.env, { NODE_ENV })
})

test('bindings are told by their credentials, and can be both', () => {
  expect(bindingsOf({ kind: 'principal', credentials: XSUAA }, {})).toEqual({ xsuaa: XSUAA })
  expect(bindingsOf({ kind: 'principal', credentials: IAS }, {})).toEqual({ ias: IAS })
  const both = { kind: 'principal', credentials: IAS }
  expect(bindingsOf(both, { xsuaa: { credentials: XSUAA } })).toEqual({ ias: IAS, xsuaa: XSUAA })
})
