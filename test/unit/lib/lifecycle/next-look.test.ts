import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { timeToNextLook } from '../../../../src/lib/lifecycle/next-look.js'

const DAY = 86_400_000
let week: string
let year: string
let keys: string[]

beforeAll(async () => {
  const authority = await createAuthority('CN=test')
  const issue = (validMs: number) =>
    authority.issue({ subject: [{ CN: ['app'] }], usage: 'client', validMs })
  const issued = [await issue(7 * DAY), await issue(365 * DAY)] as const
  ;[week, year] = [issued[0].cert, issued[1].cert]
  keys = issued.map(({ key }) => key)
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

test('a certificate with the key of another one was read while they were replaced', () => {
  const [own, other] = keys
  expect(timeToNextLook([{ certificate: week, key: own }])).toBe(60_000)
  expect(timeToNextLook([{ certificate: week, key: own?.replaceAll('\n', '\\n') }])).toBe(60_000)
  expect(timeToNextLook([{ certificate: week, key: other }])).toBe(1_000)
  expect(timeToNextLook([{ certificate: week, key: 'x' }])).toBe(1_000)
})
