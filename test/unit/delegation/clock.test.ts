import { notBefore, now } from '../../../src/delegation/clock.js'

const START = Date.parse('2026-01-01T00:00:00Z')
afterEach(() => {
  jest.useRealTimers()
})

test('the time of a process never goes back', () => {
  jest.useFakeTimers({ now: START })
  expect(now()).toBe(START / 1000)
  jest.setSystemTime(START + 5000)
  expect(now()).toBe(START / 1000 + 5)
  jest.setSystemTime(START - 3_600_000)
  expect(now()).toBe(START / 1000 + 5)
})

test('a clock that is far behind a time which has passed takes that time', () => {
  jest.useFakeTimers({ now: START })
  const before = now()
  notBefore(before + 60)
  expect(now()).toBe(before)
  notBefore(before + 61)
  expect(now()).toBe(before + 61)
})
