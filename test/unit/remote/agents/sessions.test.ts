import { Sessions } from '../../../../src/remote/agents/sessions.js'

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

function fail(): never {
  throw new Error('another session is opened')
}
