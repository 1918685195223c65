import { setTimeout as pause } from 'node:timers/promises'

import type { Client } from '../../support/client.js'
import type { RunningSample } from '../../support/running-sample.js'
import { startSample } from '../../support/sample.js'
import { newMarker } from './background-client.js'
import { MAX_ATTEMPTS, messages, nameOf, QUEUES, startQueueSample, until } from './queue-sample.js'

let sample: RunningSample
let alice: Client

async function start(queue: keyof typeof QUEUES): Promise<void> {
  sample = await startQueueSample(QUEUES[queue] ?? {})
  alice = await sample.as('alice')
}

const jobs = (action: string, remote: string, marker = newMarker()) =>
  alice.post(`/odata/v4/jobs/${action}`, { remote, marker })

describe.each(Object.keys(QUEUES))('%s', (queue) => {
  beforeAll(() => start(queue))
  afterAll(() => sample.stop())

  test.each(['queued', 'queuedEmit', 'queuedInTx', 'scheduled'])(
    '%s: a call as a named user is refused where it is queued, with the reason and the choices',
    async (place) => {
      const call = { place, remote: 'API_EQUIPMENT', marker: newMarker() }
      const { result, connections } = await sample.recorded(() =>
        alice.post('/odata/v4/background/start', call)
      )
      expect(result.status).toBe(500)
      expect(result.body).toEqual({
        error: expect.objectContaining({ message: 'Internal Server Error' }) as object
      })
      await sample.sample.printed(
        /ERR_QUEUED_NAMED_USER · [^·]+ · "API_EQUIPMENT".*keeps no token.*Nothing was queued.*req\.on\("succeeded"\).*technical destination/
      )
      expect(connections).toBe(0)
      expect(await messages(alice)).toEqual([])
    }
  )

  test.each([
    ['enqueueCall', 'AS_SYSTEM'],
    ['enqueueCall', 'SYSTEM_USER'],
    ['enqueueInBackground', 'SYSTEM_USER']
  ])('%s, %s: a call as the technical user goes out as nobody else', async (action, remote) => {
    const marker = newMarker()
    const { status } = await jobs(action, remote, marker)
    expect(status).toBe(204)
    const sent = async () =>
      (await sample.audit()).filter(({ path }) => path.includes(marker)).map(nameOf)
    expect(await until(sent, ({ length }) => length > 0)).toEqual([null])
  })

  test('queued as the privileged user: its handler can not call S/4 as a named one', async () => {
    const kept = queue === 'in-memory queue' ? 0 : 1
    const { result, entries, connections } = await sample.recorded(async () => {
      await jobs('enqueueInBackground', 'API_EQUIPMENT')
      await sample.sample.printed(
        /ERR_USER_TOKEN_REQUIRED · [^·]+ · "API_EQUIPMENT".*the privileged user/
      )
      // those of the calls before go when they are through
      return until(
        () => messages(alice),
        (rows) => rows.length === kept
      )
    })
    expect(result).toHaveLength(kept)
    expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
  })

  test('two services that are queued in one request: each call goes out as its own service says', async () => {
    const marker = newMarker()
    const { status } = await alice.post('/odata/v4/jobs/enqueueTwo', { marker })
    expect(status).toBe(204)
    const isSystem = ({ path }: { path: string }) => path.includes(`${marker}-SYSTEM_USER`)
    const all = async () => (await sample.audit()).filter(({ path }) => path.includes(marker))
    const calls = queue === 'in-memory queue' ? 2 : 1
    const entries = await until(all, (found) => found.length >= calls && found.some(isSystem))
    expect(entries.filter(isSystem).map(nameOf)).toEqual([null])
    const others = entries.filter((entry) => !isSystem(entry)).map(nameOf)
    expect(others).toEqual(queue === 'in-memory queue' ? ['alice'] : [])
  })
})

describe('what stays in the table', () => {
  beforeEach(() => start('persistent queue'))
  afterEach(() => sample.stop())

  const failed = () =>
    until(
      () => messages(alice),
      ([row]) => typeof row?.lastError === 'string' && row.status === null
    )

  test.each<[string, string, RegExp]>([
    ['enqueue', 'API_EQUIPMENT', /"API_EQUIPMENT" is called on behalf of a named user/],
    ['enqueueCall', 'BY_DESTINATION', /ERR_USER_TOKEN_REQUIRED/]
  ])(
    '%s through %s: the message is a dead letter at once, with the reason',
    async (action, remote, reason) => {
      await jobs(action, remote)
      const [row, ...others] = await failed()
      expect(others).toEqual([])
      expect(row).toMatchObject({ attempts: MAX_ATTEMPTS, status: null })
      expect(row?.lastError).toMatch(reason)
      expect(JSON.stringify(row)).not.toMatch(/eyJ|authorization|Bearer/i)
      await pause(1000) // the second of ten attempts would have come after half a second
      expect((await sample.sample.output()).match(/Unrecoverable error/g)).toHaveLength(1)
      expect(await messages(alice)).toEqual([row])
    }
  )

  test('headers of the request do not stay there; the log says so, once', async () => {
    for (let i = 0; i < 3; i++) await jobs('enqueue', 'API_EQUIPMENT')
    const [row] = await failed()
    expect(row?.msg).not.toMatch(/eyJ|authorization/i)
    const warnings = /for "JobsService" was queued without its header authorization/g
    expect((await sample.sample.output()).match(warnings)).toHaveLength(1)
  })

  test('an error of an HTTP library leaves its request behind, without what is secret in it', async () => {
    await jobs('enqueueFailure', '')
    const [row] = await failed()
    expect(row?.lastError).toMatch(/socket hang up/)
    expect(row?.lastError).toMatch(/Authorization: '\*\*\*',\s+cookie: '\*\*\*'/)
    expect(JSON.stringify(row)).not.toMatch(/eyJ|secret/)
  })
})

test('tenants that share a queue: the log says so when the second one queues an own event, once', async () => {
  const users = { alice: {}, bob: {}, tina: { tenant: 'customer-1' } }
  sample = await startQueueSample(QUEUES['persistent queue'] ?? {}, users)
  const warning = /events of "JobsService" are queued by several tenants.*"multitenancy": true/g
  const queueAs = async (user: string) => {
    const one = await sample.as(user)
    const data = { remote: 'SYSTEM_USER', marker: newMarker() }
    expect((await one.post('/odata/v4/jobs/enqueue', data)).status).toBe(204)
  }
  try {
    for (const user of ['alice', 'bob']) await queueAs(user)
    expect(await sample.sample.output()).not.toMatch(warning)
    for (const user of ['tina', 'alice', 'tina']) await queueAs(user)
    await sample.sample.printed(warning)
    expect((await sample.sample.output()).match(warning)).toHaveLength(1)
  } finally {
    await sample.stop()
  }
})

test.each(['queued', 'outboxed'])(
  'cds.requires.<service>.%s: true stops the start',
  async (option) => {
    const emulator = { ca: '', vcapServices: () => ({}) } as never
    const requires = { API_EQUIPMENT: { [option]: true } }
    await expect(startSample({ emulator, requires })).rejects.toThrow(
      `cds.requires.API_EQUIPMENT.${option} is set, but cds.requires.API_EQUIPMENT.onBehalfOf is "namedUser"`
    )
  }
)
