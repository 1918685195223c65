/**
 * A condition with `$user` has a shape for which nothing in CAP can be relied on.
 *
 * @internal
 */
export class UnsafeCondition extends Error {
  /** Names the part that can't be evaluated. */
  readonly reason: string
  /** A way to write it that can be. */
  readonly advice: string

  constructor(reason: string, advice: string) {
    super(`${reason}: ${advice}`)
    this.name = 'UnsafeCondition'
    this.reason = reason
    this.advice = advice
  }
}
