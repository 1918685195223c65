import { Sessions } from '../../../../src/remote/agents/sessions.js'
import { limitsInUse } from '../../../../src/lib/telemetry/limits.js'

class Client {
  isClosed = false
  close() {
    this.isClosed = true
  }
}

const never = () => false

test('a session is opened once for a key, and each key has its own', async () => {
  const sessions = new Sessions<Client>()
  const open = jest.fn(() => Promise.resolve(new Client()))
  const used = await Promise.all(
    ['alice', 'bob', 'alice'].map((key) =>
      sessions.use(key, open, (c) => Promise.resolve(c), never)
    )
  )
  expect(open).toHaveBeenCalledTimes(2)
  expect(used[0]).toBe(used[2])
  expect(used[0]).not.toBe(used[1])
})

test('a session in which something has failed is not used again, and closed when its last call is over', async () => {
  const sessions = new Sessions<Client>()
  const first = new Client()
  const other = Promise.withResolvers<string>()
  const waiting = sessions.use(
    'alice',
    () => Promise.resolve(first),
    () => other.promise,
    never
  )
  const failing = sessions.use('alice', fail, () => Promise.reject(new Error('lost')), never)
  await expect(failing).rejects.toThrow('lost')
  expect(first.isClosed).toBe(false)
  const second = new Client()
  const next = await sessions.use(
    'alice',
    () => Promise.resolve(second),
    (c) => Promise.resolve(c),
    never
  )
  expect(next).toBe(second)
  other.resolve('done')
  await waiting
  await Promise.resolve()
  expect(first.isClosed).toBe(true)
})

test('after an error that the agent has answered, the session goes on', async () => {
  const sessions = new Sessions<Client>()
  const client = new Client()
  const failing = sessions.use(
    'alice',
    () => Promise.resolve(client),
    () => Promise.reject(new Error('no such tool')),
    () => true
  )
  await expect(failing).rejects.toThrow('no such tool')
  expect(await sessions.use('alice', fail, (c) => Promise.resolve(c), never)).toBe(client)
})

test('a session that the agent refuses to open is opened again for the next call', async () => {
  const sessions = new Sessions<Client>()
  const refused = () => Promise.reject(new Error('not now'))
  const used = (open: () => Promise<Client>) =>
    sessions.use(
      'alice',
      open,
      (c) => Promise.resolve(c),
      () => true
    )
  await expect(used(refused)).rejects.toThrow('not now')
  const client = new Client()
  expect(await used(() => Promise.resolve(client))).toBe(client)
})

test('a session is closed when its only call has failed', async () => {
  const sessions = new Sessions<Client>()
  const client = new Client()
  const failing = sessions.use(
    'alice',
    () => Promise.resolve(client),
    () => Promise.reject(new Error('lost')),
    never
  )
  await expect(failing).rejects.toThrow('lost')
  await Promise.resolve()
  expect(client.isClosed).toBe(true)
})

test('a failure in an old session leaves the next one alone', async () => {
  const sessions = new Sessions<Client>()
  const lost = Promise.withResolvers<never>()
  const opened = () => Promise.resolve(new Client())
  const old = sessions.use('alice', opened, () => lost.promise, never)
  const first = sessions.use('alice', fail, () => Promise.reject(new Error('lost')), never)
  await expect(first).rejects.toThrow('lost')
  const next = await sessions.use('alice', opened, (c) => Promise.resolve(c), never)
  lost.reject(new Error('late'))
  await expect(old).rejects.toThrow('late')
  expect(await sessions.use('alice', fail, (c) => Promise.resolve(c), never)).toBe(next)
})

test('a session is kept while it is used, and closed when nobody has used it for five minutes', async () => {
  let now = 1000
  jest.spyOn(performance, 'now').mockImplementation(() => now)
  jest.useFakeTimers({ doNotFake: ['performance', 'nextTick', 'setImmediate'] })
  try {
    const sessions = new Sessions<Client>()
    const client = new Client()
    const use = (open: () => Promise<Client>) =>
      sessions.use('alice', open, (c) => Promise.resolve(c), never)
    const wait = (milliseconds: number) => {
      now += milliseconds
      jest.advanceTimersByTime(milliseconds)
    }
    await use(() => Promise.resolve(client))
    for (let i = 0; i < 3; i++) {
      wait(299_000)
      expect(await use(fail)).toBe(client)
    }
    wait(301_000)
    const next = new Client()
    expect(await use(() => Promise.resolve(next))).toBe(next)
    await Promise.resolve()
    expect(client.isClosed).toBe(true)
  } finally {
    jest.useRealTimers()
    jest.restoreAllMocks()
  }
})

test('sessions are counted as such', () => {
  new Sessions<Client>()
  expect(limitsInUse()).toContainEqual(
    expect.objectContaining({ name: 'agent-sessions', max: expect.any(Number) as number })
  )
})

function fail(): never {
  throw new Error('another session is opened')
}
