import cds from '@sap/cds'

import { PrincipalMcpService } from '../../../../src/remote/agents/mcp-service.js'
import { as, echoAgent } from '../support/echo-agent.js'

const DESTINATION = { destination: 'FLIGHTS' }

const started = (options: object) =>
  new (PrincipalMcpService as unknown as new (...parameters: unknown[]) => PrincipalMcpService)(
    'flights',
    undefined,
    { kind: 'mcp', ...options }
  ).init()

test.each([
  [{ credentials: {} }, 'cds.requires.flights.credentials has neither a "destination" nor a "url"'],
  [
    { credentials: { url: 'https://flights.example', forwardAuthToken: true } },
    'cds.requires.flights.credentials.forwardAuthToken: an agent never gets the token of the request as it is. Name a destination ' +
      'that exchanges the token: OAuth2UserTokenExchange, OAuth2JWTBearer, or PrincipalPropagation on premise.'
  ],
  [
    { credentials: DESTINATION, onBehalfOf: 'namedUser', delegation: true },
    'cds.requires.flights.delegation is set, but an agent can not tell whether it was called before, so queued work could ' +
      'have its effect twice. Remove it, and call the agent while the request is handled.'
  ],
  [
    { credentials: DESTINATION, onBehalfOf: 'namedUser', queued: true },
    'cds.requires.flights.queued is set'
  ],
  [{ credentials: DESTINATION, onBehalfOf: 'somebody' }, 'cds.requires.flights.onBehalfOf is']
])('%j stops the start, and names the option', async (options, message) => {
  await expect(started(options)).rejects.toThrow(message)
})

test('with a destination, it starts', async () => {
  await expect(started({ credentials: DESTINATION })).resolves.not.toThrow()
})

test('a user can not be carried by a client of CAP, a technical user can', async () => {
  const env = cds.env as { remote?: object }
  const { remote } = env
  env.remote = { ...remote, native_fetch: true }
  try {
    const options = { credentials: DESTINATION }
    for (const onBehalfOf of ['namedUser', 'currentUser'])
      await expect(started({ ...options, onBehalfOf })).rejects.toThrow(
        'cds.requires.flights.onBehalfOf carries a user, but cds.remote.native_fetch is true'
      )
    await expect(started({ ...options, onBehalfOf: 'systemUser' })).resolves.not.toThrow()
  } finally {
    env.remote = remote as object
  }
})

test('the client of the protocol is loaded at start, and its absence stops it', async () => {
  const agent = echoAgent()
  agent.loadClient.mockImplementation(() => {
    throw new Error('not installed')
  })
  await expect(agent.init()).rejects.toThrow('not installed')
})

test('a message has a minute, or the time that the required service has', () => {
  expect(echoAgent().limit).toBe(60_000)
  expect(echoAgent({ requestTimeout: 5000 }).limit).toBe(5000)
})

test.each([
  ['https://a.example/b', undefined, 'https://a.example/b'],
  ['https://a.example/b//', undefined, 'https://a.example/b'],
  ['https://a.example/b', 'c/d', 'https://a.example/b/c/d'],
  ['https://a.example/b//', '//c//d', 'https://a.example/b/c//d']
])('the address of an agent at %j with the path %j', async (url, path, expected) => {
  for (const isOnPremise of [false, true]) {
    const agent = echoAgent({
      credentials: { url, path, ...(isOnPremise && { proxyType: 'OnPremise' }) }
    })
    agent.answer = () => Promise.resolve('done')
    await agent.init()
    await as(new cds.User.Privileged(), () => agent.send('ask'))
    expect(agent.opened).toEqual([{ url: expected, isOnPremise }])
  }
})
