import type { AuditEntry } from '../../../emulator/src/index.js'
import { client } from '../../support/client.js'
import type { RunningSample } from '../../support/running-sample.js'
import {
  LONG_PATIENCE,
  MAX_ATTEMPTS,
  messages,
  nameOf,
  QUEUES,
  type QueueRow,
  startQueueSample,
  until
} from './queue-sample.js'

const NAMES = Array.from({ length: 50 }, (_, i) => `u${String(i).padStart(2, '0')}`)
const USERS = Object.fromEntries(NAMES.map((name) => [name, {}]))
const ROUNDS = 8

let sample: RunningSample
afterEach(() => sample.stop())

/** Where the handlers of the messages call, in turn. */
const REMOTES = ['API_EQUIPMENT', 'BY_DESTINATION', 'AS_SYSTEM', 'API_EQUIPMENT']
const PERSISTENT = Object.keys(QUEUES).filter((name) => name.startsWith('persistent'))

/** Each user calls S/4 and queues a message, 8 times; all users at once. */
async function sendAll(): Promise<number> {
  const statuses = await Promise.all(
    NAMES.map(async (user, u) => {
      const token = await sample.emulator.issueToken({ user })
      const one = client(sample.sample.url, `Bearer ${token}`)
      const answers: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const remote = REMOTES[(u + round) % REMOTES.length]
        const marker = `${user}-${String(round)}`
        const { status } = await one.post('/odata/v4/jobs/enqueue', { remote, marker })
        answers.push(status)
      }
      one.close()
      return answers
    })
  )
  return statuses.flat().filter((status) => status === 204).length
}

/** Calls that came as somebody else than the user who made, or queued, them. */
function underAnotherName(entries: AuditEntry[]): AuditEntry[] {
  return entries.filter((entry) => {
    const [, user] = /'(u\d\d)-/.exec(decodeURIComponent(entry.path)) ?? []
    return !user || ![user, null].includes(nameOf(entry))
  })
}

const isQueued = ({ path }: AuditEntry) => path.includes('-q')
const isSystem = (entry: AuditEntry) => nameOf(entry) === null

test.each(PERSISTENT)(
  '400 messages of 50 users, %s: none under another name, none kept with a token',
  async (queue) => {
    sample = await startQueueSample(QUEUES[queue] ?? {}, USERS)
    expect(await sendAll()).toBe(400)
    const reader = await sample.as('u00')
    const done = (rows: QueueRow[]) => rows.every(({ attempts }) => attempts === MAX_ATTEMPTS)
    const rows = await until(() => messages(reader), done, LONG_PATIENCE)
    const entries = await sample.audit()
    expect(underAnotherName(entries)).toEqual([])
    // Handlers of the messages: those for the technical destination got there, all others were refused.
    expect(entries.filter((entry) => isQueued(entry) && !isSystem(entry))).toEqual([])
    expect(entries.filter(isQueued)).toHaveLength(100)
    expect(entries.filter((entry) => !isQueued(entry))).toHaveLength(400)
    expect(rows).toHaveLength(300)
    expect(rows.filter((row) => !row.lastError?.includes('ERR_USER_TOKEN_REQUIRED'))).toEqual([])
    expect(JSON.stringify(rows)).not.toMatch(/eyJ|authorization|Bearer/i)
  },
  240_000
)

test('400 messages of 50 users, in-memory queue: all under the name of their user', async () => {
  sample = await startQueueSample(QUEUES['in-memory queue'] ?? {}, USERS)
  expect(await sendAll()).toBe(400)
  const entries = await until(
    () => sample.audit(),
    (found) => found.length >= 800,
    LONG_PATIENCE
  )
  expect(entries).toHaveLength(800)
  expect(underAnotherName(entries)).toEqual([])
  expect(entries.filter((entry) => isQueued(entry) && !isSystem(entry))).toHaveLength(300)
}, 240_000)

test('stock CAP, for comparison: some of them under the name of somebody else', async () => {
  const queue = QUEUES['persistent queue without scheduling']
  sample = await startQueueSample({ ...queue, plugin: false }, USERS)
  expect(await sendAll()).toBe(400)
  const found = await until(
    async () => underAnotherName(await sample.audit()),
    ({ length }) => length > 0,
    LONG_PATIENCE
  )
  expect(found.length).toBeGreaterThan(0)
}, 240_000)
