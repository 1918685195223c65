import { Findings } from '../../../bench/fleet/checks/findings.js'
import { Recovery } from '../../../bench/fleet/faults/recovery.js'
import { call, type Outcome } from '../../../bench/fleet/http.js'

jest.mock('../../../bench/fleet/http.js', () => ({
  ...jest.requireActual<object>('../../../bench/fleet/http.js'),
  call: jest.fn()
}))

const outcome = (code: string, status = 0): Outcome => ({ status, code, body: '' })
const [HANGS, RESET, REFUSED] = ['TIMEOUT', 'ECONNRESET', 'ECONNREFUSED'].map((code) =>
  outcome(code)
) as [Outcome, Outcome, Outcome]

afterEach(() => jest.restoreAllMocks())

test.each<[string, Outcome[], isRecovered: boolean]>([
  ['answers', [outcome('', 200)], true],
  ['fails for a minute', [outcome('x', 500)], false],
  ['hangs', [HANGS], false],
  ['hangs once it takes connections again', [RESET, HANGS], false],
  ['is replaced', [RESET, REFUSED], true],
  ['says itself that something refuses connections', [outcome('ECONNREFUSED', 502)], false]
])('an instance that %s after an outage', async (_, outcomes, isRecovered) => {
  let now = 0
  jest.spyOn(Date, 'now').mockImplementation(() => now)
  const left = [...outcomes]
  jest.mocked(call).mockImplementation(() => {
    const next = left.shift() ?? outcomes.at(-1)!
    if (next !== RESET && next !== REFUSED) now += 60_000
    return Promise.resolve(next)
  })
  const findings = new Findings()
  const recovery = new Recovery({
    ...{ ports: [1], findings },
    load: { untilAnswered: () => Promise.resolve() } as never,
    tokens: { of: () => Promise.resolve('x') } as never
  })
  await recovery.database()
  expect(findings.isEmpty).toBe(isRecovered)
})
