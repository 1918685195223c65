import { metadataIn } from '../../../support/challenge.js'
import { tokenOf } from '../../../support/password-grant.js'
import { RunningSample } from '../../../support/running-sample.js'
import { type Answer, callOf, type Content, contentOf, MCP, post } from './messages.js'

let running: RunningSample
beforeAll(async () => {
  running = await RunningSample.start({ requires: { API_EQUIPMENT: { minTokenLifetime: 60 } } })
})
afterAll(() => running.stop())

const bearer = async (user: string) => `Bearer ${await running.emulator.issueToken({ user })}`

const send = async (user: string, body: unknown): Promise<Answer> =>
  post(running.sample.url + MCP, body, { authorization: await bearer(user) })

const call = async (user: string, name: string, args?: object): Promise<Content> =>
  contentOf(await send(user, callOf(name, args)))

const pump = { id: 'MCP-1', name: 'Pump', plant: '1010', category: 'M' }
const key = { id: 'MCP-1' }

test("alice's tool call is ALICE's change in S/4, and bob's is BOB's", async () => {
  const { result, entries } = await running.recorded(() =>
    call('alice', 'create-Equipment', { data: pump })
  )
  expect(result.record).toMatchObject({ ...pump, createdBy: 'ALICE' })
  expect(entries.find(({ method }) => method === 'POST')).toMatchObject({ user: 'ALICE' })
  await call('bob', 'update-Equipment', { key, data: { name: 'Pump, repaired' } })
  const parameters = { functionalLocation: '1010-CWS-02-A' }
  const installed = await call('alice', 'install-Equipment', { key, parameters })
  expect(installed.record).toMatchObject({ installed: true, lastChangedBy: 'ALICE' })
  expect(await call('bob', 'query', { entity: 'Equipment', key })).toMatchObject({
    records: [{ name: 'Pump, repaired', createdBy: 'ALICE', lastChangedBy: 'ALICE' }]
  })
})

test('a restriction hides what it hides from OData, and says no more about it', async () => {
  const foreign = [{ element: 'plant', operator: 'eq', value: '1710' }]
  const query = { entity: 'Equipment', where: foreign, limit: 3, select: ['id', 'plant'] }
  expect((await call('alice', 'query', query)).records).toEqual([])
  const [first] = (await call('bob', 'query', query)).records ?? []
  expect(first).toEqual({ id: expect.any(String), plant: '1710' })
  const one = { entity: 'Equipment', key: { id: first?.['id'] } }
  expect((await call('alice', 'query', one)).error).toMatchObject({ status: 404, code: '404' })
  expect((await call('bob', 'query', one)).records).toHaveLength(1)
})

test('a page of the records: order, offset, the number of all', async () => {
  const query = { entity: 'Equipment', select: ['id'], orderBy: [{ element: 'id' }], count: true }
  const first = await call('bob', 'query', { ...query, limit: 2 })
  expect(first).toMatchObject({ next: { offset: 2 }, count: expect.any(Number) })
  const second = await call('bob', 'query', { ...query, limit: 2, offset: 1 })
  expect(second.records?.[0]).toEqual(first.records?.[1])
})

test.each([
  ['eve, who has no role', 'eve', 'ERR_ROLE_MISSING', /role/],
  ['dave, who may read only', 'dave', 'ERR_ROLE_MISSING', /role/],
  ['alice, in a plant of others', 'alice', 'ERR_WRITE_RESTRICTED', /Give the user the attribute/]
])('%s: a refusal is a result, with its code and the next step', async (_, user, code, step) => {
  const data = { ...pump, id: 'MCP-2', plant: '1710' }
  const { result, connections } = await running.recorded(() =>
    call(user, 'create-Equipment', { data })
  )
  expect(result.error).toMatchObject({ status: 403, code, nextStep: expect.stringMatching(step) })
  expect(connections).toBe(0)
  await running.sample.printed(new RegExp(`${code} · authorization · `))
})

test('a technical client is refused before a connection is opened, and learns which token it needs', async () => {
  const authorization = `Bearer ${await tokenOf(running.emulator)}`
  const { result, entries } = await running.recorded(() =>
    post(running.sample.url + MCP, callOf('query', { entity: 'Equipment' }), { authorization })
  )
  expect(contentOf(result).error).toMatchObject({
    ...{ status: 403, code: 'ERR_USER_TOKEN_REQUIRED', message: 'Forbidden' },
    nextStep: expect.stringContaining('let it send a token of the user: authorization code')
  })
  expect(entries).toEqual([])
})

test('a refusal has no stack, no name and nothing of the configuration', async () => {
  const text = JSON.stringify((await send('eve', callOf('query', { entity: 'Equipment' }))).body)
  expect(text).not.toMatch(/\bat |\.ts|node_modules|\beve\b|API_EQUIPMENT|S4/)
})

test('without a token, the 401 leads to the log-on', async () => {
  const { status, headers } = await post(running.sample.url + MCP, callOf('describe'))
  expect(status).toBe(401)
  const metadata = await fetch(metadataIn(headers['www-authenticate'])!)
  expect(await metadata.json()).toMatchObject({
    resource: running.sample.url + MCP,
    resource_name: 'MaintenanceService'
  })
})

test('a token of another application is refused, and nothing is passed on', async () => {
  const other = { aud: ['other!t2'], cid: 'sb-other!t2', azp: 'sb-other!t2' }
  const token = await running.emulator.issueToken({ user: 'alice', claims: other })
  const authorization = `Bearer ${token}`
  const { result, connections } = await running.recorded(() =>
    post(running.sample.url + MCP, callOf('query', { entity: 'Equipment' }), { authorization })
  )
  expect({ status: result.status, connections }).toEqual({ status: 401, connections: 0 })
  await running.sample.printed(/ERR_TOKEN_AUDIENCE/)
})

test('a token that ends before the call to S/4 is a 401: the client gets a new one, and tries again', async () => {
  const token = await running.emulator.issueToken({ user: 'alice', expiresIn: 20 })
  const answer = await post(running.sample.url + MCP, callOf('query', { entity: 'Equipment' }), {
    authorization: `Bearer ${token}`
  })
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toMatch(/error="invalid_token".*resource_metadata=/)
})

test('messages in one request are calls of their own: one fails, and the other is done', async () => {
  const { body } = await send('alice', [
    callOf('create-WorkNotes', { data: { equipment: '10000000', plant: '1010', text: 'kept' } }, 1),
    callOf('create-WorkNotes', { data: { equipment: '10000000', plant: '1710', text: 'lost' } }, 2)
  ])
  const results = body as unknown as Answer['body'][]
  expect(results.map(({ result }) => result?.isError ?? false)).toEqual([false, true])
  const { records = [] } = await call('alice', 'query', { entity: 'WorkNotes' })
  const texts = records.map(({ text }) => text)
  expect(texts).toContain('kept')
  expect(texts).not.toContain('lost')
})

test('texts of errors are in the language of the request', async () => {
  const answer = await post(
    running.sample.url + MCP,
    callOf('create-Equipment', { data: { ...pump, name: null } }),
    { authorization: await bearer('alice'), headers: { 'accept-language': 'de' } }
  )
  expect(contentOf(answer).error).toMatchObject({ code: 'ASSERT_MANDATORY', target: 'name' })
  expect(contentOf(answer).error?.message).toMatch(/[Ww]ert/)
})

describe('what is no call', () => {
  const at = async (body: unknown, options: object = {}) => {
    const authorization = await bearer('alice')
    const { status, body: answered } = await post(running.sample.url + MCP, body, {
      authorization,
      ...options
    })
    return [status, answered.error?.code]
  }

  test.each([
    ['a tool that is none', callOf('drop'), {}, [200, -32602]],
    ['a method that is none', { jsonrpc: '2.0', id: 1, method: 'x' }, {}, [200, -32601]],
    ['no JSON', '{', {}, [400, -32700]],
    ['no message', {}, {}, [400, -32700]],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/x' }, {}, [202, undefined]],
    ['a stream', '', { method: 'GET' }, [405, -32000]],
    ['the end of a session', '', { method: 'DELETE' }, [405, -32000]],
    ['a page elsewhere', callOf('x'), { headers: { origin: 'http://evil.test' } }, [403, -32000]],
    ['another host', callOf('x'), { headers: { host: 'evil.test' } }, [403, -32000]]
  ])('%s', async (_, body, options, expected) => {
    expect(await at(body, options)).toEqual(expected)
  })
})
