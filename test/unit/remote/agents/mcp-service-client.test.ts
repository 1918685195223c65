import cds from '@sap/cds'

import { PrincipalMcpService } from '../../../../src/remote/agents/mcp-service.js'
import type { McpSdk } from '../../../../src/remote/agents/sdk.js'
import { muteConsole } from '../../../support/console.js'
import { as } from '../support/echo-agent.js'

muteConsole('error')

type Request = (name: string, parameters: unknown[]) => unknown

/** How the SDK answers. */
let answer: Request
let takesSchema: boolean
let isMissing: boolean
/** Functions of the SDK with their parameters. */
let used: [string, ...unknown[]][]

class FakeClient {
  constructor(info: object, options: object) {
    used.push(['new', info, options])
  }
  connect(transport: FakeTransport, options: object) {
    used.push(['connect', transport.url.href, typeof transport.options.fetch, options])
    return Promise.resolve()
  }
  close() {
    used.push(['close'])
    return Promise.resolve()
  }
}
for (const name of [
  ...['listTools', 'callTool', 'listResources', 'listResourceTemplates', 'readResource'],
  ...['listPrompts', 'getPrompt']
]) {
  const request = (...parameters: unknown[]) => {
    used.push([name, ...parameters])
    return Promise.resolve().then(() => answer(name, parameters))
  }
  Object.assign(FakeClient.prototype, { [name]: request })
}

class FakeTransport {
  readonly url: URL
  readonly options: { fetch?: unknown }
  constructor(url: URL, options: { fetch?: unknown }) {
    this.url = url
    this.options = options
  }
}

const mockSdk = (service: string) => {
  if (isMissing) throw new Error(`no client for ${service}`)
  return { Client: FakeClient, StreamableHTTPClientTransport: FakeTransport, takesSchema }
}
jest.mock<object>('../../../../src/remote/agents/sdk.js', () => ({
  applicationInfo: () => ({ name: 'shop', version: '2.1.0' }),
  mcpSdk: (service: string): McpSdk => mockSdk(service) as unknown as McpSdk
}))

beforeEach(() => {
  used = []
  takesSchema = isMissing = false
  answer = (name) => ({ answered: name })
})

const URL_OF_FLIGHTS = 'https://flights.example/mcp'
const LIMIT = { timeout: 4000 }

async function flights(): Promise<PrincipalMcpService> {
  const make = PrincipalMcpService as unknown as new (
    ...parameters: unknown[]
  ) => PrincipalMcpService
  const service = new make('flights', undefined, {
    ...{ kind: 'mcp', onBehalfOf: 'systemUser', requestTimeout: LIMIT.timeout },
    credentials: { url: URL_OF_FLIGHTS }
  })
  await service.init()
  return service
}

const technically = <T>(work: () => Promise<T>) => as(new cds.User.Privileged(), work)

test('a package that is missing stops the start', async () => {
  isMissing = true
  await expect(flights()).rejects.toThrow('no client for flights')
})

test('a session is connected with the name of the application, and in the time of a message', async () => {
  const service = await flights()
  await technically(() => service.call('book'))
  expect(used).toEqual([
    ['new', { name: 'shop', version: '2.1.0' }, { versionNegotiation: { mode: 'auto' } }],
    ['connect', URL_OF_FLIGHTS, 'function', LIMIT],
    ['callTool', { name: 'book', arguments: {} }, LIMIT]
  ])
})

test('a session whose call has failed is closed', async () => {
  const service = await flights()
  answer = () => {
    throw new Error('lost')
  }
  await expect(technically(() => service.call('book'))).rejects.toMatchObject({
    code: 'ERR_REMOTE_ANSWER'
  })
  await new Promise(setImmediate)
  expect(used.at(-1)).toEqual(['close'])
})

test.each([
  ['tools/list', 'listTools'],
  ['tools/call', 'callTool'],
  ['resources/list', 'listResources'],
  ['resources/templates/list', 'listResourceTemplates'],
  ['resources/read', 'readResource'],
  ['prompts/list', 'listPrompts'],
  ['prompts/get', 'getPrompt']
])('%s is the function %s of the client, with the time for a message', async (event, name) => {
  for (takesSchema of [false, true]) {
    const service = await flights()
    expect(await technically(() => service.send(event, { a: 1 }))).toEqual({ answered: name })
    const schema = takesSchema && name === 'callTool' ? [undefined] : []
    expect(used.at(-1)).toEqual([name, { a: 1 }, ...schema, LIMIT])
  }
})

test('a method that the protocol does not have is refused with those that it has', async () => {
  const service = await flights()
  await expect(technically(() => service.send('tools/remove'))).rejects.toMatchObject({
    code: 'ERR_CONFIGURATION',
    message:
      `"flights" has no method "tools/remove": use one of tools/list, tools/call, resources/list, resources/templates/list, ` +
      'resources/read, prompts/list, prompts/get'
  })
})

describe('a list of tools', () => {
  const cursors = () => used.filter(([name]) => name === 'listTools').map(([, data]) => data)

  test('is read page by page', async () => {
    const service = await flights()
    const pages = [
      { tools: [{ name: 'book' }], nextCursor: '2' },
      { tools: [{ name: 'cancel' }], nextCursor: '3' },
      { tools: [{ name: 'search' }] }
    ]
    answer = () => pages[cursors().length - 1]
    const tools = await technically(() => service.tools())
    expect(tools.map(({ name }) => name)).toEqual(['book', 'cancel', 'search'])
    expect(cursors()).toEqual([{}, { cursor: '2' }, { cursor: '3' }])
  })

  test('that never ends is read for a hundred pages', async () => {
    const service = await flights()
    answer = () => {
      if (cursors().length > 200) throw new Error('more than twice as many')
      return { tools: [{ name: 'book' }], nextCursor: 'more' }
    }
    expect(await technically(() => service.tools())).toHaveLength(100)
  })
})
