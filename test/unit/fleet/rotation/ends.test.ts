import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { warnOfEnd } from '../../../../src/fleet/rotation/ends.js'
import * as metrics from '../../../../src/lib/telemetry/metrics.js'
import * as log from '../../../../src/lib/log.js'

jest.mock('../../../../src/lib/log.js')
jest.mock('../../../../src/lib/telemetry/metrics.js')
const warnings = jest.mocked(log.logWarning).mock.calls

const DAY = 86_400_000
let week: string
let year: string

beforeAll(async () => {
  const authority = await createAuthority('CN=test')
  const issue = async (validMs: number) =>
    (await authority.issue({ subject: [{ CN: ['app'] }], usage: 'client', validMs })).cert
  week = await issue(7 * DAY)
  year = await issue(365 * DAY)
})

beforeEach(() => {
  warnings.length = 0
  jest.mocked(metrics.countEnding).mockClear()
})

const warn = (certificate: string, days: number, isFile = false) => {
  warnOfEnd(
    { name: 'auth', title: 'cds.requires.auth' },
    { certificate },
    isFile,
    Date.now() + days * DAY
  )
  return warnings.flat().join()
}

test('nothing is said while there is time', () => {
  expect(warn(week, 4) + warn(year, 350)).toBe('')
})

test.each([
  [() => warn(week, 5), /cds\.requires\.auth ends in 1 days, on \d{4}-.*cf restage/],
  [() => warn(year, 352), /ends in 12 days/],
  [() => warn(week, 8), /has ended on \d{4}-/],
  [() => warn(week, 6, true), /used without a restart/]
])('before the end there is a line: %#', (line, expected) => {
  expect(line()).toMatch(expected)
})

test('and a metric counts it', () => {
  warn(week, 4)
  expect(metrics.countEnding).toHaveBeenCalledTimes(0)
  warn(week, 5)
  expect(metrics.countEnding).toHaveBeenCalledWith('auth')
})

test('what is no certificate is left to those who need it', () => {
  expect(warn('something', 0)).toBe('')
})
