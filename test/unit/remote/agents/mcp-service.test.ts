import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { PrincipalMcpService } from '../../../../src/remote/agents/mcp-service.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'

type Transport =
  import('@modelcontextprotocol/sdk/server/streamableHttp.js').StreamableHTTPServerTransport
const { McpServer } = requireNative(
  '@modelcontextprotocol/sdk/server/mcp.js'
) as typeof import('@modelcontextprotocol/sdk/server/mcp.js')
const { StreamableHTTPServerTransport } = requireNative(
  '@modelcontextprotocol/sdk/server/streamableHttp.js'
) as typeof import('@modelcontextprotocol/sdk/server/streamableHttp.js')

const sessions = new Map<string, Transport>()
/** Header `authorization` of each message. */
const received: (string | undefined)[] = []

const server = createServer((req, res) => void answer(req, res))

async function answer(req: IncomingMessage, res: ServerResponse) {
  received.push(req.headers.authorization)
  const body: unknown = req.method === 'POST' ? JSON.parse(await text(req)) : undefined
  const session = req.headers['mcp-session-id'] as string | undefined
  const transport = session ? sessions.get(session) : await opened()
  if (transport) await transport.handleRequest(req, res, body)
  else res.writeHead(404).end()
}

async function opened(): Promise<Transport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport)
  })
  const tools = new McpServer({ name: 'flights', version: '1.0.0' })
  tools.registerTool('book', {}, () => ({ content: [{ type: 'text', text: 'booked' }] }))
  tools.registerTool('fail', {}, () => {
    throw new Error('no seat is left')
  })
  await tools.connect(transport)
  return transport
}

const Service = PrincipalMcpService as unknown as new (
  ...parameters: unknown[]
) => PrincipalMcpService
let flights: PrincipalMcpService
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const credentials = { url, path: '/mcp' }
  flights = new Service('flights', undefined, {
    ...{ kind: 'mcp', onBehalfOf: 'systemUser', credentials }
  })
  await flights.init()
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

test('tools are listed and called, also one that fails', async () => {
  expect((await flights.tools()).map(({ name }) => name)).toEqual(['book', 'fail'])
  expect(await flights.call('book')).toMatchObject({ content: [{ text: 'booked' }] })
  expect(await flights.call('fail')).toMatchObject({ isError: true })
  expect(new Set(received)).toEqual(new Set([undefined]))
})

test('a session that the server has forgotten is opened again', async () => {
  await flights.call('book')
  sessions.clear()
  expect(await flights.call('book')).toMatchObject({ content: [{ text: 'booked' }] })
})

test('an error that the server answers, and a method that the protocol does not have', async () => {
  await expect(flights.send('resources/read', { uri: 'x:y' })).rejects.toMatchObject({
    code: 'ERR_REMOTE_ANSWER'
  })
  await expect(flights.send('tools/remove')).rejects.toThrow('tools/call')
})
