/**
 * The landscape's time. It runs with the machine's, and can be moved ahead or back: tokens, assertions and user
 * certificates become invalid without waiting.
 */
export class Clock {
  #offset = 0

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#offset
  }

  /** Whole seconds since the epoch, as tokens count. */
  seconds(): number {
    return Math.floor(this.now() / 1000)
  }

  /** Milliseconds by which it differs from the machine's clock. */
  get offset(): number {
    return this.#offset
  }

  /** @param seconds - may be negative */
  advance(seconds: number): void {
    this.#offset += seconds * 1000
  }
}
