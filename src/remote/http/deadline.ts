import { type Abortable, EXPIRED, LIMIT, TransportError } from './message/http-call.js'

/** Maximum time of a timer in milliseconds: Node takes any longer one for 1. */
const LONGEST = 2 ** 31 - 1

/** Time limit of a call with all its requests. */
export class Deadline implements Abortable {
  readonly #listeners: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #expired = false
  /** True while the call waits for its turn, and nothing of it has left. */
  isWaiting = false

  /**
   * Runs some work, and fails when the time is over, also if the work cannot be stopped: while it
   * waits for a connection, or for the result of another call.
   *
   * @param milliseconds - for the whole call; 0, or more than a timer can: no limit
   * @param target - where it goes, for the message
   * @throws {@link TransportError} as soon as the time is over: {@link EXPIRED}, or {@link LIMIT} if it was spent waiting for a turn
   */
  run<T>(milliseconds: number, target: string, work: () => Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      if (milliseconds > 0 && milliseconds <= LONGEST) {
        this.#timer = setTimeout(() => {
          this.#expire()
        }, milliseconds)
      }
      const over = () => {
        const text = `Request to URL: ${target} ran into a timeout after ${milliseconds}ms.`
        fail(
          this.isWaiting
            ? new TransportError(text, LIMIT, { sent: false })
            : new TransportError(text, EXPIRED)
        )
      }
      this.onExpired(over)
      void work()
        .then(done, fail)
        .finally(() => {
          clearTimeout(this.#timer)
          this.#listeners.length = 0
        })
    })
  }

  get expired(): boolean {
    return this.#expired
  }

  onExpired(listener: () => void): void {
    if (this.#expired) listener()
    else this.#listeners.push(listener)
  }

  #expire(): void {
    this.#expired = true
    for (const listener of this.#listeners.splice(0)) listener()
  }
}
