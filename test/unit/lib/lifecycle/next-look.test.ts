import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { timeToNextLook } from '../../../../src/lib/lifecycle/next-look.js'

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

test.each([
  [6.9, 60_000],
  [7 - 5 / 1440, 30_000],
  [7, 1_000],
  [7 + 5 / 1440, 30_000],
  [8, 60_000]
])('%p days after a certificate of a week began, its files are read after %p ms', (days, pause) => {
  const bound = [{ certificate: year }, { certificate: week.replaceAll('\n', '\\n') }, {}]
  const next = timeToNextLook(bound, Date.now() + days * DAY)
  expect(Math.abs(next - pause)).toBeLessThan(1_000)
})

test('credentials without a certificate, or with something else, are read every minute', () => {
  expect(timeToNextLook([])).toBe(60_000)
  expect(timeToNextLook([{}, { certificate: 'x' }, { certificate: 5 }])).toBe(60_000)
})
