import { configureLimits } from '../../../../src/configuration/limit-options.js'
import { atPlatform } from '../../../../src/lib/sharing/platform-requests.js'
import { limitsInUse } from '../../../../src/lib/telemetry/limits.js'

const used = (name: string) => limitsInUse().find((limit) => limit.name === name)?.used

beforeEach(() => {
  configureLimits({ platformRequests: 2 })
})
afterEach(() => {
  configureLimits({})
})

/** Requests that are answered one by one. */
function platform() {
  const sent: string[] = []
  const answers: (() => void)[] = []
  const send = (tenant: string) =>
    atPlatform(tenant, () => {
      sent.push(tenant)
      return new Promise<void>((done) => answers.push(done))
    })
  const answer = async () => {
    await new Promise((done) => setImmediate(done))
    answers.shift()?.()
    await new Promise((done) => setImmediate(done))
  }
  return { sent, send, answer }
}

test('a tenant with many requests does not hold up another one', async () => {
  const { sent, send, answer } = platform()
  const all = ['a', 'a', 'a', 'a', 'a', 'b'].map(send)
  await answer()
  expect(sent).toEqual(['a', 'a', 'b'])
  for (let i = 0; i < 5; i++) await answer()
  await Promise.all(all)
  expect(sent).toEqual(['a', 'a', 'b', 'a', 'a', 'a'])
  expect([used('platform-requests'), used('waiting-platform-requests')]).toEqual([0, 0])
})

test('a request that fails gives its turn back, and its error stays as it is', async () => {
  const failing = atPlatform('a', () => Promise.reject(new Error('503')))
  await expect(failing).rejects.toThrow('503')
  expect(used('platform-requests')).toBe(0)
})

test('a request that has no turn in time fails, and is not sent', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] })
  const { sent, send, answer } = platform()
  const [first, second, third] = ['a', 'a', 'a'].map(send)
  const failed = expect(third).rejects.toMatchObject({ name: 'FetchError', reason: 'timeout' })
  await jest.advanceTimersByTimeAsync(10_000)
  jest.useRealTimers()
  await failed
  await answer()
  await answer()
  await Promise.all([first, second])
  expect(sent).toEqual(['a', 'a'])
})
