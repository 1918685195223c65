/** Milliseconds by which this system's clock is ahead of the machine's. */
let ahead = 0

/** The system's clock; in tests the landscape moves all of its clocks together. */
export function systemTime(): Date {
  return new Date(Date.now() + ahead)
}

/** @param offset - milliseconds, negative to go back */
export function setSystemTime(offset: number): void {
  ahead = offset
}
