import { Agent } from 'node:http'

import { effort } from '../../../support/generated-inputs.js'
import { RunningSample } from '../../../support/running-sample.js'
import { callOf, contentOf, MCP, post } from './messages.js'

const CALLS = effort(10_000)
/** Of so many calls, one writes to S/4. */
const WRITES = 50
/** Connections that all calls share. */
const CONNECTIONS = 4

let running: RunningSample
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
beforeAll(async () => {
  running = await RunningSample.start()
})
afterAll(async () => {
  agent.destroy()
  await running.stop()
})

const USERS = ['alice', 'bob'] as const
type User = (typeof USERS)[number]

test('calls of alice and bob on the same connections: each is of its own user, in its result and in S/4', async () => {
  const tokens = Object.fromEntries(
    await Promise.all(
      USERS.map(async (user) => [user, await running.emulator.issueToken({ user })] as const)
    )
  )
  const send = async (user: User, name: string, args: object, id: number) => {
    const authorization = `Bearer ${tokens[user]}`
    const message = callOf(name, args, id)
    return contentOf(await post(running.sample.url + MCP, message, { authorization, agent }))
  }
  const wrong: string[] = []
  const one = async (index: number) => {
    const user: User = USERS[(index * 7 + Math.floor(index / 3)) % 2]!
    if (index % WRITES) {
      const { user: seen } = await send(user, 'describe', {}, index)
      if (seen !== user) wrong.push(`${index}: ${user} is ${String(seen)}`)
      return
    }
    const data = { id: `I-${index}`, name: user.toUpperCase(), plant: '1010', category: 'M' }
    const { record, error } = await send(user, 'create-Equipment', { data }, index)
    if (record?.['createdBy'] !== user.toUpperCase())
      wrong.push(`${index}: ${user} is ${JSON.stringify(record ?? error)}`)
  }
  const { entries } = await running.recorded(async () => {
    for (let start = 0; start < CALLS; start += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, offset) => one(start + offset)))
    }
  })
  expect(wrong).toEqual([])
  const writes = entries.filter(({ method }) => method === 'POST')
  expect(writes).toHaveLength(CALLS / WRITES)
  const { records } = await send('bob', 'query', { entity: 'Equipment', limit: 1000 }, 1)
  const created = records?.filter(({ id }) => String(id).startsWith('I-')) ?? []
  expect(created).toHaveLength(CALLS / WRITES)
  expect(created.filter(({ name, createdBy }) => name !== createdBy)).toEqual([])
  expect(new Set(created.map(({ createdBy }) => createdBy))).toEqual(new Set(['ALICE', 'BOB']))
}, 600_000)
