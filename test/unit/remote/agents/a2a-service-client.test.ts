import cds from '@sap/cds'

import { PrincipalA2aService } from '../../../../src/remote/agents/a2a-service.js'
import type { A2aSdk } from '../../../../src/remote/agents/sdk.js'
import { muteConsole } from '../../../support/console.js'
import { type Backend, withBackend } from '../support/backend.js'
import { as } from '../support/echo-agent.js'

muteConsole('error')

interface FetchOptions {
  readonly fetchImpl: typeof fetch
  readonly legacyCompat: unknown
}

/** Functions of the SDK with their parameters. */
let used: [string, ...unknown[]][]
/** How the agent answers. */
let answer: object
let isMissing: boolean
/** Functions that fetch for the client. */
let fetches: (typeof fetch)[]
/** URLs that the client fetches as it is created. */
let fetched: (string | URL | Request)[]

const request =
  (name: string) =>
  (...parameters: unknown[]) => {
    used.push([name, ...parameters])
    return Promise.resolve(answer)
  }
const NAMES = ['sendMessage', 'getTask', 'cancelTask', 'listTasks', 'getAgentCard']

/** Stands for an object of the SDK, and for its JSON. */
const form = (type: string) => ({
  fromJSON: (json: object) => ({ [type]: json }),
  toJSON: (object: object) => ({ jsonOf: type, ...object })
})
const TYPES = [
  ...['SendMessageRequest', 'GetTaskRequest', 'CancelTaskRequest', 'ListTasksRequest'],
  ...['Task', 'ListTasksResponse', 'AgentCard', 'Message']
]

class Options {
  constructor(options: FetchOptions) {
    fetches.push(options.fetchImpl)
    used.push([new.target.name, options.legacyCompat])
  }
}
class JsonRpcTransportFactory extends Options {}
class DefaultAgentCardResolver extends Options {}
class ClientFactory {
  constructor({ transports, cardResolver }: { transports: object[]; cardResolver: object }) {
    used.push(['ClientFactory', [...transports, cardResolver].map((each) => each.constructor.name)])
  }
  async createFromUrl(url: string, path: string) {
    used.push(['createFromUrl', url, path])
    for (const each of fetched) await fetches[0]?.(each)
    return Object.fromEntries(NAMES.map((name) => [name, request(name)]))
  }
}

const mockSdk = (service: string) => {
  if (isMissing) throw new Error(`no client for ${service}`)
  const forms = Object.fromEntries(TYPES.map((type) => [type, form(type)]))
  return { ClientFactory, JsonRpcTransportFactory, DefaultAgentCardResolver, forms }
}
jest.mock<object>('../../../../src/remote/agents/sdk.js', () => ({
  a2aSdk: (service: string): A2aSdk => mockSdk(service) as unknown as A2aSdk
}))

let backend: Backend
withBackend((started) => {
  backend = started
})
beforeEach(() => {
  used = []
  fetches = []
  fetched = []
  answer = {}
  isMissing = false
})

async function hotel(credentials: object = {}): Promise<PrincipalA2aService> {
  const make = PrincipalA2aService as unknown as new (
    ...parameters: unknown[]
  ) => PrincipalA2aService
  const service = new make('hotel', undefined, {
    ...{ kind: 'a2a', onBehalfOf: 'systemUser' },
    credentials: { url: backend.url, path: 'agent', ...credentials }
  })
  await service.init()
  return service
}

const technically = <T>(work: () => Promise<T>) => as(new cds.User.Privileged(), work)

test('a package that is missing stops the start', async () => {
  isMissing = true
  await expect(hotel()).rejects.toThrow('no client for hotel')
})

test('the client reads the card below the URL, and speaks the old protocol as well', async () => {
  const service = await hotel()
  await technically(() => service.card())
  expect(used).toEqual([
    ['JsonRpcTransportFactory', { enabled: true }],
    ['DefaultAgentCardResolver', { enabled: true }],
    ['ClientFactory', ['JsonRpcTransportFactory', 'DefaultAgentCardResolver']],
    ['createFromUrl', `${backend.url}/agent/.well-known/agent-card.json`, ''],
    ['getAgentCard']
  ])
})

test.each([
  ['GetTask', 'getTask', 'GetTaskRequest', 'Task'],
  ['CancelTask', 'cancelTask', 'CancelTaskRequest', 'Task'],
  ['ListTasks', 'listTasks', 'ListTasksRequest', 'ListTasksResponse']
])('%s is the function %s of the client', async (event, name, takes, returns) => {
  const service = await hotel()
  answer = { id: '1' }
  const result = await technically(() => service.send(event, { id: '1' }))
  expect(used.at(-1)).toEqual([name, { [takes]: { id: '1' } }])
  expect(result).toEqual({ jsonOf: returns, id: '1' })
})

test('the card is the answer of its own function', async () => {
  const service = await hotel()
  answer = { name: 'hotel' }
  expect(await technically(() => service.card())).toEqual({ jsonOf: 'AgentCard', name: 'hotel' })
})

describe('a text', () => {
  test('is a message of the user, with an id of its own, in its conversation', async () => {
    const service = await hotel()
    await technically(() => service.ask('a room'))
    await technically(() => service.ask('two', { contextId: 'c', taskId: 't' }))
    const sent = used.filter(([name]) => name === 'sendMessage').map(([, each]) => each)
    const messageId = expect.stringMatching(/^[\da-f-]{36}$/) as string
    const message = { messageId, role: 'ROLE_USER' }
    expect(sent).toEqual([
      { SendMessageRequest: { message: { ...message, parts: [{ text: 'a room' }] } } },
      {
        SendMessageRequest: {
          message: { ...message, parts: [{ text: 'two' }], contextId: 'c', taskId: 't' }
        }
      }
    ])
  })

  test('is answered with a message or a task', async () => {
    const service = await hotel()
    answer = { messageId: '1' }
    expect(await technically(() => service.ask('a room'))).toEqual({
      message: { jsonOf: 'Message', messageId: '1' }
    })
    answer = { id: '1' }
    expect(await technically(() => service.ask('a room'))).toEqual({
      task: { jsonOf: 'Task', id: '1' }
    })
  })
})

test('a method that the protocol does not have is refused with those that it has', async () => {
  const service = await hotel()
  await expect(technically(() => service.send('SendNothing'))).rejects.toMatchObject({
    code: 'ERR_CONFIGURATION',
    message: `"hotel" has no method "SendNothing": use one of SendMessage, GetTask, CancelTask, ListTasks, GetAgentCard`
  })
})

describe('the URL that the card names for messages', () => {
  test("is on premise the agent's own, and its path the one behind the virtual host", async () => {
    const { port } = backend
    const service = await hotel({
      ...{ url: 'http://hotel.virtual:44300', proxyType: 'OnPremise' },
      proxyConfiguration: { host: '127.0.0.1', port, protocol: 'http', headers: {} }
    })
    const own = 'https://hotel.internal:8443/agent'
    fetched = [`${own}?a=1`, new URL(`${own}/x`), new Request(`${own}/y`)]
    await technically(() => service.card())
    expect(backend.lines).toEqual(
      ['?a=1', '/x', '/y'].map((end) => `GET http://hotel.virtual:44300/agent${end}`)
    )
  })

  test('is refused elsewhere if it is of another host', async () => {
    const service = await hotel()
    fetched = [`http://localhost:${backend.port}/agent`]
    await expect(technically(() => service.card())).rejects.toMatchObject({
      code: 'ERR_REMOTE_HOST'
    })
    expect(backend.lines).toEqual([])
  })
})
