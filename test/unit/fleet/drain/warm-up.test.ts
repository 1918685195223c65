import { cap } from '../../../../src/cap.js'
import { serviceBinding } from '../../../../src/destination/binding/binding.js'
import { serviceTokenOf } from '../../../../src/destination/tokens/service.js'
import { warmDestinations, warmUp } from '../../../../src/fleet/drain/warm-up.js'
import { warmAtStart } from '../../../../src/lib/lifecycle/warm-up.js'

jest.mock('../../../../src/destination/binding/binding.js')
jest.mock('../../../../src/destination/tokens/service.js')
jest.mock('../../../../src/destination/resolve/resolve.js', () => ({
  lookUpDestination: () => Promise.resolve()
}))

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

describe('the token of the Connectivity service, which the look-up of a destination does not wait for', () => {
  const token = jest.mocked(serviceTokenOf)
  const binding = jest.mocked(serviceBinding)
  beforeEach(() => {
    binding.mockResolvedValue({ label: 'connectivity' } as never)
    warmDestinations({ S4: { credentials: { destination: 'S4' } } })
  })

  test('is waited for', async () => {
    let answer: (token: string) => void = () => undefined
    token.mockReturnValue(new Promise((done) => (answer = done)))
    const ready = warmUp(1_000)
    await new Promise((done) => setImmediate(done))
    expect(lines).toEqual([])
    answer('token')
    await ready
    expect(lines.join()).toMatch(/^info .*: keys, tokens, destination "S4", token of the Conn/)
  })

  test('is not, if no service is bound', async () => {
    binding.mockResolvedValue(undefined)
    await warmUp(1_000)
    expect(lines.join()).toMatch(/^info ready after \d+ ms: keys, tokens, destination "S4"$/)
  })

  test.each([
    ['fails', () => Promise.reject(new Error('away'))],
    ['takes too long', () => new Promise<string>(() => undefined)]
  ])('is named if it %s', async (_, outcome) => {
    token.mockImplementation(outcome)
    await warmUp(5)
    expect(lines.join()).toMatch(/^warn .* without token of the Connectivity service$/)
  })
})
