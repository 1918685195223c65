import { tokenOf } from '../../support/password-grant.js'
import { A2aBackend } from './a2a-backend.js'
import { AgentsSample, DESTINATION_CLIENT } from './agents-sample.js'

const QUESTION = { message: { parts: [{ text: 'who is it?' }] } }

interface Answered {
  readonly message: { readonly parts: { readonly text: string }[] }
}

let backend: A2aBackend
let app: AgentsSample
beforeAll(async () => {
  backend = await A2aBackend.start()
  app = await AgentsSample.start({ backend, kind: 'a2a', path: '/agent' })
})
afterAll(async () => {
  await app.stop()
  await backend.stop()
})
beforeEach(() => {
  backend.messages.length = 0
  backend.otherHost = undefined
})

const asked = async (agent: string, as: string) =>
  (await app.call<Answered>(agent, 'SendMessage', QUESTION, { as })).message.parts[0]!.text

test('card and message have a token of the user for the client of the destination', async () => {
  const token = await tokenOf(app.running.emulator, 'alice')
  const as = app.running.with(`Bearer ${token}`)
  const { message } = await app.call<Answered>('NAMED', 'SendMessage', QUESTION, { as })
  expect(message.parts).toEqual([expect.objectContaining({ text: 'alice' })])
  expect(backend.messages.map(({ path }) => path)).toEqual([
    '/agent/.well-known/agent-card.json',
    '/agent'
  ])
  for (const { user, client, token: sent } of backend.messages) {
    expect({ user, client }).toEqual({ user: 'alice', client: DESTINATION_CLIENT })
    expect(sent).not.toBe(token)
  }
})

test('40 questions of two users at once: each is the own user, and reads the card once', async () => {
  const users = Array.from({ length: 40 }, (_, i) => (i % 3 ? 'alice' : 'bob'))
  expect(await Promise.all(users.map((user) => asked('NAMED', user)))).toEqual(users)
  const cards = backend.messages.filter(({ path }) => path.endsWith('.json'))
  expect(cards.map(({ user }) => user).toSorted()).toEqual(['alice', 'bob'])
})

test('a technical user is refused, and the technical user goes out where that is configured', async () => {
  const failed = await app.call('NAMED', 'SendMessage', QUESTION, { as: '' })
  expect(failed.code).toBe('ERR_USER_TOKEN_REQUIRED')
  expect(backend.messages).toEqual([])
  expect(await asked('SYSTEM', 'alice')).toBe(DESTINATION_CLIENT)
})

test('a card that names another host: credentials are not taken there', async () => {
  const [{ port }] = [new URL(backend.url)]
  backend.otherHost = `https://127.0.0.1:${port}`
  const as = app.running.with(`Bearer ${await tokenOf(app.running.emulator, 'bob')}`)
  const failed = await app.call('NAMED', 'SendMessage', QUESTION, { as })
  expect(failed.code).toBe('ERR_REMOTE_HOST')
  expect(backend.messages.map(({ path }) => path)).toEqual(['/agent/.well-known/agent-card.json'])
})

test('the card itself, and a task that the agent does not have', async () => {
  expect(await app.call('NAMED', 'GetAgentCard')).toMatchObject({ name: 'hotel' })
  expect((await app.call('NAMED', 'GetTask', { id: '0' })).code).toBe('ERR_REMOTE_ANSWER')
})

test('without the SDK, the start stops and names it', async () => {
  const start = AgentsSample.start({ backend, kind: 'a2a', without: ['@a2a-js/sdk'] })
  await expect(start).rejects.toThrow(/npm add @a2a-js\/sdk@1/)
})
