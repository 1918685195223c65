import type { Emulator } from '../../../emulator/src/index.js'
import {
  calling,
  type Change,
  linesIn,
  type Options,
  set,
  startSeeds,
  startWith,
  TO_EXPLAIN,
  withAuth,
  without,
  withService
} from './seeds.js'

// Mistakes of the field, one at a time: the first line names the hop, the cause and the fix.

let emulator: Emulator
beforeAll(async () => {
  emulator = await startSeeds()
})
afterAll(() => emulator.stop())

test.each<[string, string, Change | undefined, Options]>([
  ['no XSUAA', 'neither XSUAA nor .* is bound.* · Bind one', without('xsuaa'), {}],
  [
    'XSUAA without a domain',
    'has no "uaadomain" · Bind the service again',
    set('xsuaa', { uaadomain: undefined }),
    {}
  ],
  [
    'the Destination service without a secret',
    '"destination" has no key.*sent neither ≠ expected "clientsecret", or .* · Create the binding again',
    set('destination', { clientsecret: undefined }),
    {}
  ],
  [
    'the Destination service without an address',
    'has no "uri" · Bind the service again',
    set('destination', { uri: undefined }),
    {}
  ],
  [
    'the Connectivity service without a proxy',
    'has no "onpremise_proxy_host" · Bind',
    set('connectivity', { onpremise_proxy_host: undefined }),
    {}
  ],
  [
    'a kind of authentication',
    'auth.kind is "principle": did you mean "principal"',
    undefined,
    withAuth({ kind: 'principle' })
  ],
  [
    'a kind of service',
    'S.kind is "odata-v5": did you mean',
    undefined,
    withService(calling('S4', { kind: 'odata-v5' }))
  ],
  [
    'onBehalfOf',
    'is "user": use one of namedUser',
    undefined,
    withService(calling('S4', { onBehalfOf: 'user' }))
  ],
  [
    'the name of onBehalfOf',
    'onBehalfof is not known: did you mean "onBehalfOf"',
    undefined,
    withService(calling('S4', { onBehalfof: 'namedUser' }))
  ],
  [
    'the place of onBehalfOf',
    'has no effect there: move it to',
    undefined,
    withService({ kind: 'rest', credentials: { destination: 'S4', onBehalfOf: 'namedUser' } })
  ],
  [
    'minTokenLifetime',
    'is "5m": use a number of seconds',
    undefined,
    withService(calling('S4', { minTokenLifetime: '5m' }))
  ],
  [
    'a level',
    'level is "subacount": did you mean "subaccount"',
    undefined,
    withService(calling('S4', { destinationOptions: { level: 'subacount' } }))
  ],
  [
    'an issuer',
    'issuer has a value .*sent http://idp ≠ expected an https URL.* · Correct the value',
    undefined,
    withAuth({ issuers: { a: { issuer: 'http://idp', audience: 'x' } } })
  ],
  ['userId', 'names no claim .* · Name the claim', undefined, withAuth({ userId: 1 })],
  [
    'the access list',
    'SAP_JWT_TRUST_ACL is not a JSON list .* · Correct it',
    undefined,
    { env: { SAP_JWT_TRUST_ACL: '*' } }
  ],
  [
    'another kind in production',
    'of kind "xsuaa" .*Either remove the other kind',
    undefined,
    withAuth({ '[production]': { kind: 'xsuaa-auth' } })
  ],
  [
    'a URL that carries no user',
    'would carry no user: .*Name a destination',
    undefined,
    withService({
      ...{ kind: 'rest', onBehalfOf: 'namedUser' },
      credentials: { url: 'https://x.example' }
    })
  ],
  [
    'a queue for calls of a user',
    'a queue keeps no token.*Remove "outbox"',
    undefined,
    withService(calling('S4', { onBehalfOf: 'namedUser', outbox: true }))
  ]
])('%s: the start ends, with one line', async (_, text, change, options) => {
  const error: unknown = await startWith(emulator, change, options).then(
    (sample) => sample.stop(),
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(Error)
  const lines = linesIn(emulator, (error as Error).message)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(
    new RegExp(`ERR_CONFIGURATION · configuration · .*${text}.*${TO_EXPLAIN}ERR_CONFIGURATION`)
  )
})

test('no Destination service is a warning after the start, and what to bind', async () => {
  const sample = await startWith(emulator, without('destination'))
  await sample.printed(/\[principal\] - destination "S4" .* none is bound: .*Bind an instance/)
  await sample.stop()
})
