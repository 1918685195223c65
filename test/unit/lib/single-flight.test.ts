import { DestinationError } from '../../../src/errors.js'
import { setTimeout as pause } from 'node:timers/promises'

import { SingleFlight } from '../../../src/lib/single-flight.js'

let count: number
beforeEach(() => {
  count = 0
})

const fetching = (lifetime: number) => async () => {
  await pause(1)
  return { value: ++count, lifetime }
}

test('who asks at the same time shares one fetch; what lasts is kept', async () => {
  const results = new SingleFlight<number>('destinations', 10)
  const asked = () => results.get(['a', undefined], fetching(60_000))
  expect(await Promise.all([asked(), asked(), asked()])).toEqual([1, 1, 1])
  expect(await asked()).toBe(1)
})

test('what does not last is fetched again', async () => {
  const results = new SingleFlight<number>('destinations', 10)
  for (const lifetime of [0, -1, NaN, 0.5]) {
    const before = count
    expect(await results.get([String(lifetime)], fetching(lifetime))).toBe(before + 1)
    expect(await results.get([String(lifetime)], fetching(lifetime))).toBe(before + 2)
  }
})

test('its time ends', async () => {
  const results = new SingleFlight<number>('destinations', 10)
  await results.get(['a'], fetching(20))
  await pause(40)
  expect(await results.get(['a'], fetching(20))).toBe(2)
})

test('keys are compared part by part', async () => {
  const results = new SingleFlight<number>('destinations', 10)
  const keys = [['a', 'b'], ['a,b'], ['a', 'b', undefined], [undefined, 'a', 'b'], ['"a","b"']]
  for (const key of keys) await results.get(key, fetching(60_000))
  expect(count).toBe(keys.length)
})

test('a failure is told to all who wait, and forgotten', async () => {
  const results = new SingleFlight<number>('destinations', 10)
  const failing = async () => {
    count++
    throw new Error('no')
  }
  const outcomes = await Promise.allSettled([1, 2].map(() => results.get(['a'], failing)))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(count).toBe(1)
  expect(await results.get(['a'], fetching(60_000))).toBe(2)
})

test('fresh replaces what is kept, and joins a fetch that is under way', async () => {
  const results = new SingleFlight<number>('destinations', 10)
  await results.get(['a'], fetching(60_000))
  const fresh = () => results.get(['a'], fetching(60_000), true)
  expect(await Promise.all([fresh(), fresh()])).toEqual([2, 2])
  expect(await results.get(['a'], fetching(60_000))).toBe(2)
})

test('it is bounded', async () => {
  const results = new SingleFlight<number>('destinations', 2)
  for (const key of ['a', 'b', 'c']) await results.get([key], fetching(60_000))
  expect(await results.get(['c'], fetching(60_000))).toBe(3)
  expect(await results.get(['a'], fetching(60_000))).toBe(4)
})

test('what is dropped is fetched again, but nobody drops what somebody else has renewed', async () => {
  const flight = new SingleFlight<string>('destinations', 10)
  let count = 0
  const get = () =>
    flight.get(['k'], () => Promise.resolve({ value: `v${++count}`, lifetime: 60_000 }))
  const first = await get()
  flight.drop(['k'], first)
  expect(await get()).toBe('v2')
  flight.drop(['k'], first) // late: it is about the one before
  expect(await get()).toBe('v2')
})

test('bounded by size where results differ in it: what was not used for longest goes first', async () => {
  const texts = new SingleFlight<string>('subdomains', 1000, ({ length }) => length)
  const ask = (name: string, length = 300) =>
    texts.get([name], () => {
      count++
      return Promise.resolve({ value: name.repeat(length), lifetime: 60_000 })
    })
  for (const name of ['a', 'b', 'c', 'a', 'd']) await ask(name)
  expect(count).toBe(4)
  await ask('a')
  expect(count).toBe(4)
  await ask('b') // went when d came
  expect(count).toBe(5)
  expect((await ask('x', 5000)).length).toBe(5000) // too large to be kept, and no error
  await ask('x', 5000)
  expect(count).toBe(7)
})

test('each who waits for a failure gets an error of their own, which another can not change', async () => {
  const flights = new SingleFlight<string>('destinations', 10)
  const failure = new DestinationError('ERR_DESTINATION_UNAVAILABLE', 'words for the developer', {
    cause: new Error('why'),
    fix: 'do it'
  })
  const waiting = Array.from({ length: 5 }, async () => {
    try {
      return await flights.get(['k'], () => Promise.reject(failure))
    } catch (error) {
      return error as DestinationError
    }
  })
  const errors = (await Promise.all(waiting)) as DestinationError[]
  expect(new Set(errors).size).toBe(5)
  for (const each of errors) {
    expect(each).toBeInstanceOf(DestinationError)
    expect(each).toMatchObject({
      name: 'DestinationError',
      code: 'ERR_DESTINATION_UNAVAILABLE',
      status: 502,
      message: 'words for the developer. do it',
      explanation: { cause: 'words for the developer', fix: 'do it' },
      cause: { message: 'why' },
      clientMessage: 'Bad Gateway'
    })
    expect(each.stack).toContain('words for the developer')
    Object.defineProperty(each, 'message', { value: each.clientMessage })
    Object.assign(each, { status: 500 })
  }
})
