import { cap } from '../../../../src/cap.js'
import { warmUp } from '../../../../src/fleet/drain/warm-up.js'
import { warmAtStart } from '../../../../src/lib/lifecycle/warm-up.js'

const lines: string[] = []

beforeEach(() => {
  lines.length = 0
  for (const level of ['info', 'warn'] as const) {
    jest.spyOn(cap.log('principal'), level).mockImplementation((text: unknown) => {
      lines.push(`${level} ${String(text)}`)
    })
  }
  warmAtStart('keys', () => Promise.resolve())
  warmAtStart('tokens', () => Promise.resolve())
})

afterEach(() => jest.restoreAllMocks())

test('says what was fetched', async () => {
  await warmUp(1_000)
  expect(lines).toEqual([expect.stringMatching(/^info ready after \d+ ms: keys, tokens$/)])
})

test('a failure does not keep an instance from being ready', async () => {
  warmAtStart('tokens', () => Promise.reject(new Error('away')))
  await warmUp(1_000)
  expect(lines).toEqual([expect.stringMatching(/^warn ready after \d+ ms without tokens$/)])
})

test('nor does an answer that does not come', async () => {
  warmAtStart('keys', () => new Promise(() => undefined))
  await warmUp(5)
  expect(lines).toEqual([expect.stringMatching(/^warn ready after \d+ ms without keys$/)])
})

test('with 0 nothing is fetched', async () => {
  await warmUp(0)
  expect(lines).toEqual([])
})
