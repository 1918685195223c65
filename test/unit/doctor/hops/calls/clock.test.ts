import { skewFinding } from '../../../../../src/doctor/hops/calls/clock.js'

const NOW = Date.parse('2026-11-29T12:00:00Z')

test.each([
  ['Sun, 29 Nov 2026 12:00:40 GMT', 'ok', /the same/],
  ['Sun, 29 Nov 2026 12:10:00 GMT', 'warning', /differs by 10 minutes/],
  ['Sun, 29 Nov 2026 11:50:00 GMT', 'warning', /differs by 10 minutes/]
])('a clock that says %s', (date, state, cause) => {
  expect(skewFinding('clock', date, NOW)).toMatchObject({
    state,
    cause: expect.stringMatching(cause)
  })
})

test('an answer without a time says nothing about the clock', () => {
  expect(skewFinding('clock', undefined)).toBeUndefined()
  expect(skewFinding('clock', 'soon')).toBeUndefined()
})
