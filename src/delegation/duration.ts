import { ConfigurationError } from '../errors.js'
import { described } from '../lib/wording/described.js'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a day. @internal */
export const DAY = 86_400

/**
 * Returns the seconds of a duration such as `30m`, `24h` or `7d`.
 *
 * @param path - of the option, for the message
 * @param longest - seconds
 * @throws {@link ConfigurationError}
 * @internal
 */
export function durationOf(path: string, value: unknown, longest: number): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(String(value)) ?? []
  const found = Number(count) * (UNITS[unit] ?? 0)
  if (found > 0 && found <= longest) return found
  const most = longest / DAY
  throw new ConfigurationError(
    `${path} is ${described(value)}: use a time such as "30m", "24h" or "7d", of at most ${String(most)} ${most === 1 ? 'day' : 'days'}`
  )
}
