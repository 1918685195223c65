import cds from '@sap/cds'

import type { RemoteOptions } from '../../../../src/cap-remote-types.js'
import { planCall } from '../../../../src/explain/token/planned-call.js'
import { principalOf } from '../../../../src/user/principal-of.js'
import { as, echoAgent } from '../support/echo-agent.js'
import { readableToken, tokenUser } from '../support/token-user.js'

const url = 'https://agent.example'
const NONE = { url, authentication: 'NoAuthentication' }

beforeEach(() => {
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  process.env['destinations'] = JSON.stringify([
    { ...NONE, name: 'FORWARDS', forwardAuthToken: true },
    { ...NONE, name: 'TECHNICAL' }
  ])
})
afterEach(() => delete process.env['destinations'])

const alice = () => tokenUser('alice', 't1', 3600, readableToken('alice', Date.now() / 1000 + 3600))

const textOf = ({ code, message }: { code?: string; message: string }) => `${code} ${message}`

/** Outcome of the call that is planned. */
function planned(options: object): Promise<string> {
  const known: RemoteOptions = { kind: 'mcp', ...options } as object
  const call = planCall('agent', known, principalOf(alice()), 't1')
  return call.then(() => 'made', textOf)
}

/** Outcome of the start and of a call of an agent; its protocol is one message, which is not sent. */
async function made(options: object): Promise<string> {
  const agent = echoAgent(options)
  agent.answer = () => Promise.resolve('answer')
  const call = async () => {
    await agent.init()
    await agent.handle(new cds.Request({ event: 'ask' }))
  }
  return as(alice(), call).then(() => 'made', textOf)
}

const HANDED_ON =
  'ERR_DESTINATION_UNAVAILABLE destination "FORWARDS" would hand the token of the request to an agent as it is'
const TECHNICAL = { destination: 'TECHNICAL' }

test.each<[string, object]>([
  [HANDED_ON, { credentials: { destination: 'FORWARDS' } }],
  ['ERR_CONFIGURATION', { credentials: { url, forwardAuthToken: true } }],
  ['ERR_CONFIGURATION', { credentials: {} }],
  ['ERR_CONFIGURATION', { credentials: TECHNICAL, onBehalfOf: 'currentUser', delegation: true }],
  ['made', { credentials: TECHNICAL }],
  ['made', { credentials: { url } }]
])('%s for an agent with %j, as its call', async (start, options) => {
  const outcome = await planned(options)
  expect(outcome.slice(0, start.length)).toBe(start)
  expect(outcome).toBe(await made(options))
})

test('the rule is for agents of this package only, by kind or implementation', async () => {
  const forwards = { credentials: { destination: 'FORWARDS' } }
  const refused = expect.stringContaining(HANDED_ON)
  expect(await planned({ ...forwards, kind: 'a2a' })).toEqual(refused)
  const impl = 'cds-principal/a2a-service'
  expect(await planned({ ...forwards, kind: 'own', impl })).toEqual(refused)
  expect(await planned({ ...forwards, impl: './srv/agent.js' })).toBe('made')
  expect(await planned({ ...forwards, kind: 'rest' })).toBe('made')
})
