import { tokenOf } from '../../support/password-grant.js'
import { AgentsSample, DESTINATION_CLIENT } from './agents-sample.js'
import { McpBackend } from './mcp-backend.js'

const CLIENT = '@modelcontextprotocol/client'
const SDK = '@modelcontextprotocol/sdk'
const WHOAMI = { name: 'whoami', arguments: {} }

interface Result {
  content: { text: string }[]
  isError?: boolean
}

describe.each([
  [CLIENT, undefined],
  [SDK, [CLIENT]]
])('an MCP server as required service, with %s', (_, without) => {
  let backend: McpBackend
  let app: AgentsSample
  beforeAll(async () => {
    backend = await McpBackend.start()
    app = await AgentsSample.start({
      backend,
      kind: 'mcp',
      path: '/mcp',
      ...(without && { without })
    })
  })
  afterAll(async () => {
    await app.stop()
    await backend.stop()
  })
  beforeEach(() => {
    backend.messages.length = 0
    backend.refusal = undefined
  })

  const whoami = async (agent: string, as?: string) =>
    (await app.call<Result>(agent, 'tools/call', WHOAMI, { as: as ?? '' })).content[0]!.text

  test('each message has a token of the user for the client of the destination, and not that of the request', async () => {
    const alice = await tokenOf(app.running.emulator, 'alice')
    const client = app.running.with(`Bearer ${alice}`)
    const { content } = await app.call<Result>('NAMED', 'tools/call', WHOAMI, { as: client })
    expect(content).toEqual([{ type: 'text', text: 'alice' }])
    const methods = backend.messages.map(({ method }) => method)
    expect(methods.slice(-3)).toEqual([
      'POST initialize',
      'POST notifications/initialized',
      'POST tools/call'
    ])
    for (const { user, client: azp, token } of backend.messages) {
      expect({ user, azp }).toEqual({ user: 'alice', azp: DESTINATION_CLIENT })
      expect(token).not.toBe(alice)
    }
  })

  test('tools(), and a tool that fails: its result says so', async () => {
    const alice = await app.as('alice')
    const { body } = await alice.get(`/odata/v4/agents/tools(agent='NAMED')`)
    const tools = JSON.parse(body.value as unknown as string) as { name: string }[]
    expect(tools.map(({ name }) => name)).toEqual(['whoami', 'fail'])
    expect(await app.call('NAMED', 'tools/call', { name: 'fail', arguments: {} })).toMatchObject({
      isError: true
    })
  })

  test('60 calls of two users at once: each is the own user, and no session has two', async () => {
    const users = Array.from({ length: 60 }, (_, i) => (i % 3 ? 'alice' : 'bob'))
    expect(await Promise.all(users.map((user) => whoami('NAMED', user)))).toEqual(users)
    expect(backend.usersOfSessions.toSorted()).toEqual([['alice'], ['bob']])
  })

  test('a session is used again, and opened anew when the server has forgotten it', async () => {
    await whoami('NAMED', 'alice')
    backend.messages.length = 0
    expect(await whoami('NAMED', 'alice')).toBe('alice')
    expect(backend.messages.map(({ method }) => method)).toEqual(['POST tools/call'])
    backend.forget()
    expect(await whoami('NAMED', 'alice')).toBe('alice')
    expect(backend.messages.map(({ method }) => method)).toContain('POST initialize')
  })

  test.each([
    ['a technical user', '', 'current'],
    ['the privileged user, in a request of alice', 'alice', 'privileged']
  ])('%s is refused, and nothing is sent', async (_, as, how) => {
    const failed = await app.call('NAMED', 'tools/call', WHOAMI, { as, how })
    expect(failed.code).toBe('ERR_USER_TOKEN_REQUIRED')
    expect(backend.messages).toEqual([])
  })

  test('on behalf of the system, the technical user goes out, also for alice', async () => {
    expect(await whoami('SYSTEM', 'alice')).toBe(DESTINATION_CLIENT)
  })

  test('a queue keeps no token: a queued call is refused', async () => {
    const failed = await app.call('NAMED', 'tools/call', WHOAMI, { how: 'queued' })
    expect(failed.code).toBe('ERR_QUEUED_NAMED_USER')
  })

  test('another client than the own one may not act as the user there', async () => {
    const claims = { azp: 'sb-agent!t9', cid: 'sb-agent!t9', client_id: 'sb-agent!t9' }
    const token = await app.running.emulator.issueToken({ user: 'alice', claims })
    const as = app.running.with(`Bearer ${token}`)
    expect((await app.call('OWN', 'tools/call', WHOAMI, { as })).code).toBe(
      'ERR_CLIENT_NOT_ALLOWED'
    )
    expect(backend.messages).toEqual([])
  })

  test.each([
    ['FORWARDED', 'ERR_DESTINATION_UNAVAILABLE', /would hand the token of the request to an agent/],
    ['MISSING', 'ERR_DESTINATION_NOT_FOUND', /UNKNOWN/]
  ])('%s: %s, and nothing is sent', async (agent, code, message) => {
    const failed = await app.call(agent, 'tools/call', WHOAMI)
    expect(failed).toEqual({ code, message: expect.stringMatching(message) })
    expect(backend.messages).toEqual([])
  })

  test('an MCP server that refuses the token: the hop and the next step', async () => {
    backend.refusal = 401
    const { code, message } = await app.call('NAMED', 'tools/call', WHOAMI, { as: 'bob' })
    expect(code).toBe('ERR_REMOTE_UNAUTHORIZED')
    expect(message).toMatch(/does not accept the logon of the user \(401\), also with fresh tokens/)
    backend.refusal = undefined
    expect(await whoami('NAMED', 'bob')).toBe('bob')
  })

  test('a method that MCP does not have, and one that the server does not answer', async () => {
    expect((await app.call('NAMED', 'READ')).message).toMatch(/use one of tools\/list, tools\/call/)
    const failed = await app.call('NAMED', 'resources/read', { uri: 'x:y' })
    expect(failed.code).toBe('ERR_REMOTE_ANSWER')
  })

  test('the record has service, user and client', async () => {
    await whoami('NAMED', 'alice')
    await app.running.sample.printed(/principal\.call .*"service":"NAMED".*"user":"alice".*"ok"/)
  })
})

test('a server of 2026-07-28 without sessions: each message is of the own user', async () => {
  const backend = await McpBackend.start({ isModern: true })
  const app = await AgentsSample.start({ backend, kind: 'mcp', path: '/mcp' })
  try {
    const users = ['alice', 'bob', 'alice', 'bob', 'bob']
    const answers = await Promise.all(
      users.map((as) => app.call<Result>('NAMED', 'tools/call', WHOAMI, { as }))
    )
    expect(answers.map(({ content }) => content[0]!.text)).toEqual(users)
    expect(backend.messages.map(({ method }) => method)).not.toContain('POST initialize')
  } finally {
    await app.stop()
    await backend.stop()
  }
})

test('without a client of MCP, the start stops and names it', async () => {
  const backend = await McpBackend.start()
  try {
    const start = AgentsSample.start({ backend, kind: 'mcp', without: [CLIENT, SDK] })
    await expect(start).rejects.toThrow(/npm add @modelcontextprotocol\/client/)
  } finally {
    await backend.stop()
  }
})
