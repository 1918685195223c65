const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1]
] as const

/**
 * Returns a time as seen from now: `in 3 hours`, `5 minutes ago`.
 *
 * @param seconds - since the epoch
 * @internal
 */
export function relativeTime(seconds: unknown, now = Date.now() / 1000): string {
  if (typeof seconds !== 'number') return 'no number'
  const distance = Math.round(seconds - now)
  const [name, size] = UNITS.find(([, each]) => Math.abs(distance) >= each) ?? ['second', 1]
  const count = Math.floor(Math.abs(distance) / size)
  const text = `${String(count)} ${name}${count === 1 ? '' : 's'}`
  return distance < 0 ? `${text} ago` : `in ${text}`
}
