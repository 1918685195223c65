import cds from '@sap/cds'

import { typeBindings } from '../../../src/configuration/typed-bindings.js'
import { callPolicy } from '../../../src/remote/policy/options.js'

afterEach(() => {
  jest.restoreAllMocks()
})

const uaa = { clientid: 'sb-reuse!b1', url: 'https://uaa.example.com', clientsecret: 'secret' }
const url = 'https://reuse.example.com'
const text = JSON.stringify(uaa)
const onBehalfOf = 'namedUser'

test('the client of a reuse service is an object, as in VCAP_SERVICES', () => {
  const REUSE = { onBehalfOf, credentials: { url, uaa: `\n${text}\n` } } as const
  expect(() => callPolicy('REUSE', REUSE as never)).toThrow(/"uaa" .*no "clientid"/)
  typeBindings({ REUSE })
  expect(REUSE.credentials).toEqual({ url, uaa })
  expect(callPolicy('REUSE', REUSE as never)).toMatchObject({ onBehalfOf })
})

test('what is typed already stays the same object: others read it as well', () => {
  const credentials = { url, uaa }
  const REUSE = { onBehalfOf, credentials }
  typeBindings({ REUSE })
  expect(REUSE.credentials).toBe(credentials)
})

test('services that CAP calls by itself keep their text, and so do the kinds', () => {
  const { auth } = cds.env.requires
  jest.replaceProperty(cds.env.requires, 'auth', {
    ...auth,
    kind: 'xsuaa',
    impl: undefined
  } as never)
  const requires = { OTHER: { credentials: { url, uaa: text } }, kinds: { uaa: text } }
  const before = structuredClone(requires)
  typeBindings({ ...requires, absent: undefined, off: false, named: 'rest', empty: {} })
  expect(requires).toEqual(before)
})

test('text that is no JSON stays, and the start names the property', () => {
  const REUSE = { onBehalfOf, credentials: { url, uaa: '{"clientid": ' } } as const
  typeBindings({ REUSE })
  expect(() => callPolicy('REUSE', REUSE as never)).toThrow(/"uaa" .*no "clientid"/)
})
