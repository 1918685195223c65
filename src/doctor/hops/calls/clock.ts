import { doubtful, type Finding, right } from '../../row.js'

/** Minutes by which clocks may differ before tokens are refused here or there. */
const SKEW_MINUTES = 2

/** Compares a `Date` header with the clock of this machine; `undefined` if there is none. */
export function skewFinding(title: string, date: unknown, now = Date.now()): Finding | undefined {
  const time = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(time)) return undefined
  const minutes = Math.round(Math.abs(now - time) / 60_000)
  if (minutes < SKEW_MINUTES) return right(title, 'the same as that of this machine')
  const fix = 'Correct the clock that is wrong (NTP): tokens and assertions are valid for minutes.'
  const sent = new Date(time).toISOString()
  const expected = new Date(now).toISOString()
  return doubtful(title, `it differs by ${minutes} minutes`, fix, { sent, expected })
}
