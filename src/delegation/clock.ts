/** Seconds by which the clocks of two instances of an application may differ. @internal */
export const SKEW = 60

/** Latest time that this process has seen, in milliseconds since the epoch. */
let latest = 0

/**
 * Returns the time in seconds since the epoch. It never goes back while the process runs: a clock that is set back must not make a
 * record valid again.
 *
 * @internal
 */
export function now(): number {
  latest = Math.max(latest, Date.now())
  return latest / 1000
}

/**
 * Records a time that has certainly passed, from the database: a process whose clock is far behind it takes that time.
 *
 * @param seconds - since the epoch
 * @internal
 */
export function notBefore(seconds: number): void {
  if (seconds > now() + SKEW) latest = seconds * 1000
}
