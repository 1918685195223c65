import { Deadline } from '../../../../src/remote/http/deadline.js'
import { EXPIRED } from '../../../../src/remote/http/message/http-call.js'

const LONGEST = 2 ** 31 - 1
const never = () => new Promise<never>(() => undefined)

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

test('what is done in time is the result, and nobody hears of the end of the time', async () => {
  const deadline = new Deadline()
  const listener = jest.fn()
  deadline.onExpired(listener)
  await expect(deadline.run(100, 'x', () => Promise.resolve('done'))).resolves.toBe('done')
  expect(jest.getTimerCount()).toBe(0)
  jest.advanceTimersByTime(1000)
  expect([deadline.expired, listener.mock.calls.length]).toEqual([false, 0])
})

test('what fails in time fails with its own error', async () => {
  const own = new Error('own')
  await expect(new Deadline().run(100, 'x', () => Promise.reject(own))).rejects.toBe(own)
  expect(jest.getTimerCount()).toBe(0)
})

test('when the time is over, all who listen hear of it once, and who comes later at once', async () => {
  const deadline = new Deadline()
  const [before, after] = [jest.fn(), jest.fn()]
  const run = deadline.run(100, 'https://s4.example', never)
  deadline.onExpired(before)
  jest.advanceTimersByTime(99)
  expect([deadline.expired, before.mock.calls.length]).toEqual([false, 0])
  jest.advanceTimersByTime(1)
  expect([deadline.expired, before.mock.calls.length]).toEqual([true, 1])
  deadline.onExpired(after)
  expect(after).toHaveBeenCalledTimes(1)
  await expect(run).rejects.toMatchObject({
    code: EXPIRED,
    message: 'Request to URL: https://s4.example ran into a timeout after 100ms.'
  })
})

test.each([
  [0, 0],
  [-1, 0],
  [1, 1],
  [LONGEST, 1],
  [LONGEST + 1, 0],
  [Infinity, 0]
])('%d milliseconds are %d timer', (milliseconds, timers) => {
  void new Deadline().run(milliseconds, 'x', never).catch(() => undefined)
  expect(jest.getTimerCount()).toBe(timers)
  jest.clearAllTimers()
})
