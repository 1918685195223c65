import { newMarker } from '../background/background-client.js'
import { DelegationSample, type Entry } from './delegation-sample.js'

let sample: DelegationSample

beforeAll(async () => {
  sample = await DelegationSample.start()
})
afterAll(() => sample.stop())

/** Entry of the list of delegations for the row of a piece of work. */
async function entryOf(jti: string | undefined): Promise<Entry | undefined> {
  return (await sample.entries()).find((entry) => entry.jti === jti)
}

describe('the change in S/4 is of the user who has asked for it', () => {
  test.each([
    ['queued', 'API_EQUIPMENT'],
    ['task', 'API_EQUIPMENT'],
    ['direct', 'QUEUED'],
    ['nightly', 'API_EQUIPMENT']
  ])('%s, %s', async (kind, remote) => {
    const { marker, status } = await sample.plan({ kind, remote })
    expect(status).toBe(204)
    const arrivals = await sample.arrived(marker)
    expect(arrivals).toEqual([expect.objectContaining({ subject: 'CN=alice' })])
    await sample.gone(marker)
  })

  test('of several users at once, each one is herself', async () => {
    const names = ['alice', 'bob', 'carol', 'dave']
    const users = await Promise.all(names.map((name) => sample.running.as(name)))
    const work = Array.from({ length: 40 }, async (_, i) => {
      const { marker } = await sample.plan({}, users[i % 4])
      return { marker, name: names[i % 4] }
    })
    for (const { marker, name } of await Promise.all(work)) {
      const arrivals = await sample.arrived(marker)
      expect(arrivals.map(({ subject }) => subject)).toEqual([`CN=${String(name)}`])
    }
  })
})

describe('the record', () => {
  test('lies in the message, in neither its headers nor its context, and the list has no token of it', async () => {
    const { marker } = await sample.plan({ kind: 'later' })
    const row = await sample.row(marker, () => true)
    const { headers, context, ...message } = JSON.parse(row?.msg ?? '') as Record<string, object>
    expect(JSON.stringify([headers, context])).not.toMatch(/eyJ/)
    const record = message['cds.principal.delegation'] as unknown as string
    expect(record).toMatch(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/)
    const [, payload = ''] = record.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      unknown
    >
    expect(claims).toMatchObject({ jti: row?.ID, sub: 'alice', scope: 'queue' })
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(86_400)
    expect(claims['tctx']).toMatchObject({
      service: 'API_EQUIPMENT',
      user: {
        issuer: 'xsuaa',
        origin: 'sap.default',
        claims: { email: expect.any(String) as string }
      }
    })
    const entry = await entryOf(row?.ID)
    expect(entry).toMatchObject({ author: 'alice', state: 'open', attempts: 0, revokedAt: null })
    expect(JSON.stringify(entry)).not.toMatch(/eyJ/)
  })

  test('does not go to the system, and its handle neither', async () => {
    const { marker } = await sample.plan()
    const [arrival] = await sample.arrived(marker)
    expect(arrival?.headers.filter((name) => /principal|delegation/.test(name))).toEqual([])
  })

  test('is in no log', async () => {
    expect(await sample.running.sample.output()).not.toMatch(/eyJ[\w-]+\.eyJ/)
  })
})

describe('what no single author has asked for is refused, and nothing is queued', () => {
  test.each([
    ['scheduled', /ERR_DELEGATION_REFUSED.*schedule without "as"/],
    ['every', /ERR_DELEGATION_REFUSED.*queued by every/],
    ['privileged', /ERR_USER_TOKEN_REQUIRED.*was queued.*the privileged user/]
  ])('%s', async (kind, message) => {
    const { marker, status } = await sample.plan({ kind })
    expect(status).toBeGreaterThanOrEqual(400)
    await sample.running.sample.printed(message)
    expect((await sample.rows()).filter(({ msg }) => msg.includes(marker))).toEqual([])
  })

  test('two tasks of one name: the later author replaces the first, and her record with it', async () => {
    const bob = await sample.running.as('bob')
    const first = await sample.plan({ kind: 'later', task: 'shared' })
    const second = await sample.plan({ kind: 'later', task: 'shared' }, bob)
    const row = await sample.row(second.marker, () => true)
    expect(row?.msg).not.toContain(first.marker)
    const states = (await sample.entries()).filter(({ jti }) => jti === row?.ID)
    expect(states.map(({ author, state }) => [author, state]).toSorted()).toEqual([
      ['alice', 'replaced'],
      ['bob', 'open']
    ])
  })
})

describe('an own event', () => {
  test('that is not marked has no author: its calls are refused', async () => {
    const { marker } = await sample.plan({ kind: 'plain' })
    await sample.running.sample.printed(/ERR_USER_TOKEN_REQUIRED.*the privileged user/)
    const row = await sample.row(marker, ({ attempts }) => attempts > 1)
    expect(row?.msg).not.toContain('cds.principal.delegation')
    expect(await sample.arrivals(marker)).toEqual([])
  })

  test.each([
    ['the author', 'API_EQUIPMENT', 'CN=alice'],
    ['nobody in person, where the service has no delegation', 'SYSTEM', null]
  ])('that is marked runs privileged, and its calls are made as %s', async (_, remote, subject) => {
    const { marker } = await sample.plan({ kind: 'nightly', remote })
    const [arrival] = await sample.arrived(marker)
    expect(arrival?.subject).toBe(subject)
    expect(await sample.seen(marker)).toContain('is privileged: true')
    await sample.gone(marker)
  })

  test('that is marked, and was queued by nobody in person, has no author: its handler runs, and its calls are refused', async () => {
    const { marker, status } = await sample.plan({ kind: 'ofNobody' })
    expect(status).toBe(204)
    const row = await sample.row(marker, ({ attempts }) => attempts > 1)
    expect(row?.msg).not.toContain('cds.principal.delegation')
    expect(row?.lastError).toMatch(/ERR_USER_TOKEN_REQUIRED/)
    expect(await sample.seen(marker)).toContain('is privileged: true')
    expect(await entryOf(row?.ID)).toBeUndefined()
    expect(await sample.arrivals(marker)).toEqual([])
    await sample.remove(marker)
  })
})

describe('a message whose record was removed', () => {
  test('is a dead letter: nobody takes the place of its author', async () => {
    const { marker } = await sample.plan({ kind: 'later' })
    const { ID, msg } = (await sample.row(marker, () => true))!
    const without = msg.replace(/,"cds\.principal\.delegation":"[\w.-]+"\}$/, '}')
    expect(without).not.toContain('eyJ')
    const changed = await sample.execute(
      `UPDATE cds_outbox_Messages SET timestamp = '2020-01-01 00:00:00', msg = '${without.replaceAll("'", "''")}' WHERE ID = '${ID}'`
    )
    expect(changed.status).toBe(200)
    await sample.action('flush')
    const dead = await sample.row(marker, ({ lastError }) => lastError !== null)
    expect(dead?.lastError).toMatch(/is not accepted: there is none[\s\S]*ERR_DELEGATION_INVALID/)
    expect(await sample.arrivals(marker)).toEqual([])
    await sample.remove(marker)
  })
})

describe('the end', () => {
  test('revoked: the work is a dead letter at once, with the reason, and nothing is sent', async () => {
    await sample.action('tokens', { available: false })
    const { marker } = await sample.plan()
    const waiting = await sample.row(marker, ({ attempts }) => attempts >= 1)
    expect(waiting?.lastError).toMatch(/ERR_DELEGATION_TOKEN/)
    const { body } = await sample.action('revoke', { user: 'alice' })
    expect(body.value).toBeGreaterThan(0)
    await sample.action('tokens', { available: true })
    const dead = await sample.row(marker, ({ attempts }) => attempts > 10)
    expect(dead?.lastError).toMatch(/has ended: it was revoked[\s\S]*ERR_DELEGATION_ENDED/)
    expect(await sample.arrivals(marker)).toEqual([])
  })

  test("without a token for a while, the work waits, and is its author's in the end", async () => {
    await sample.action('tokens', { available: false })
    const { marker } = await sample.plan()
    await sample.row(marker, ({ attempts }) => attempts >= 2)
    await sample.action('tokens', { available: true })
    const arrivals = await sample.arrived(marker)
    expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=alice'])
    await sample.gone(marker)
  })
})

describe('once', () => {
  test('a failure that the system has answered is repeated', async () => {
    const { marker } = await sample.plan({ marker: 'FAIL1' })
    await sample.arrived(marker, 2)
    const row = await sample.row(marker, ({ attempts }) => attempts >= 2)
    expect(row?.lastError).not.toMatch(/ERR_DELEGATION/)
    await sample.remove(marker)
  })

  test.each([
    ['its connection is lost', 'LOST', 'API_EQUIPMENT'],
    ['its time is out', 'HANG', 'HASTY'],
    ['the answer is 408', 'STATUS408', 'API_EQUIPMENT'],
    ['the answer is 502', 'STATUS502', 'API_EQUIPMENT'],
    ['the answer is 504', 'STATUS504', 'API_EQUIPMENT']
  ])('%s: the call may have happened, and is not made again', async (_, prefix, remote) => {
    const { marker } = await sample.plan({ marker: prefix + newMarker(), remote })
    const dead = await sample.row(marker, ({ attempts }) => attempts > 10)
    expect(dead?.lastError).toMatch(/may have happened[\s\S]*ERR_DELEGATION_OUTCOME/)
    expect(await sample.arrivals(marker)).toHaveLength(1)
    await sample.remove(marker)
  })

  test('503 of the system is an answer, and the call is made again', async () => {
    const { marker } = await sample.plan({ marker: `STATUS503${newMarker()}` })
    const arrivals = await sample.arrived(marker, 2)
    expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=alice', 'CN=alice'])
    await sample.gone(marker)
  })

  test.each([
    ['GATEWAY', /^[0-9A-F]{32}$/, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/],
    ['OASIS', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, / GMT$/]
  ])('%s: requests have the id and the time of a repeatable one', async (remote, id, first) => {
    const { marker } = await sample.plan({ remote })
    const [arrival] = await sample.arrived(marker)
    expect(arrival?.id).toMatch(id)
    expect(arrival?.first).toMatch(first)
    await sample.gone(marker)
  })
})

test('the queue in memory runs in the request, with its own token and without a record', async () => {
  const inMemory = await DelegationSample.start({ env: { cds_requires_queue: 'false' } })
  try {
    const { marker, status } = await inMemory.plan()
    expect(status).toBe(204)
    const arrivals = await inMemory.arrived(marker)
    expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=alice'])
  } finally {
    await inMemory.stop()
  }
})

test('the queue without scheduling stops the start', async () => {
  const started = DelegationSample.start({ env: { cds_requires_scheduling: 'false' } })
  await expect(started.then((plain) => plain.stop())).rejects.toThrow(
    /ERR_CONFIGURATION · configuration · cds\.requires\.scheduling is off/
  )
})
