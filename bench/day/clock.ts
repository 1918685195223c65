/** Milliseconds of the machine, at the time when this module is loaded and later. */
const realNow = performance.now.bind(performance)

/**
 * Clock of a simulated day. It goes on as fast as that of the machine, so that deadlines of milliseconds mean what they say, and is set
 * forward when nothing is left to do. It never goes back.
 */
export class DayClock {
  readonly #real: () => number
  #time: number
  #setAt: number

  /** @param start - milliseconds since the epoch @param real - milliseconds of the machine */
  constructor(start: number, real: () => number = realNow) {
    this.#real = real
    this.#time = start
    this.#setAt = real()
  }

  /** Returns the time of the day, in milliseconds since the epoch. */
  now(): number {
    return this.#time + this.#real() - this.#setAt
  }

  /** Sets the clock forward; a time that is over has no effect. */
  setForward(time: number): void {
    if (time <= this.now()) return
    this.#time = time
    this.#setAt = this.#real()
  }

  /**
   * Makes it the clock of this process: of `Date` and of `performance.now`. Timers stay those of the machine.
   *
   * @returns a function that gives the process its own clock back
   */
  install(): () => void {
    const { Date: OwnDate } = globalThis
    const whole = () => Math.floor(this.now())

    class SimulatedDate extends OwnDate {
      constructor(...args: []) {
        if (args.length) super(...args)
        else super(whole())
      }

      static override now = whole

      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof OwnDate
      }
    }
    const [atStart, realAtStart] = [this.now(), this.#real()]
    globalThis.Date = SimulatedDate as DateConstructor
    performance.now = () => realAtStart + this.now() - atStart
    return () => {
      globalThis.Date = OwnDate
      Reflect.deleteProperty(performance, 'now')
    }
  }
}
