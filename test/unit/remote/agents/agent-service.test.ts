import { PrincipalMcpService } from '../../../../src/remote/agents/mcp-service.js'

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
    'cds.requires.flights.credentials.forwardAuthToken: an agent never gets the token of the request'
  ],
  [
    { credentials: DESTINATION, onBehalfOf: 'namedUser', delegation: true },
    'cds.requires.flights.delegation is set, but an agent can not tell whether it was called before'
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
