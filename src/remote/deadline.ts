import { type Abortable, EXPIRED, TransportError } from './http-call.js'

/** The time that a call has, with everything that belongs to it. */
export class Deadline implements Abortable {
  readonly #listeners: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #expired = false

  /**
   * @param milliseconds - for the whole call
   * @param target - where it goes, for the message
   * @throws {@link TransportError} {@link EXPIRED}, as soon as the time is over
   */
  async run<T>(milliseconds: number, target: string, work: () => Promise<T>): Promise<T> {
    this.#timer = setTimeout(() => {
      this.#expire()
    }, milliseconds)
    try {
      return await work()
    } catch (error) {
      if (!this.#expired) throw error
      const text = `Request to URL: ${target} ran into a timeout after ${milliseconds}ms.`
      throw new TransportError(text, EXPIRED)
    } finally {
      clearTimeout(this.#timer)
      this.#listeners.length = 0
    }
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
