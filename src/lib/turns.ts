import { setImmediate } from 'node:timers/promises'

/** Milliseconds for which the process may be occupied without a break. */
const TURN = 10

/** Breaks in long work, in which other requests get their turn. */
export class Turns {
  #start = performance.now()

  get isOver(): boolean {
    return performance.now() - this.#start > TURN
  }

  /** Lets the others work. */
  async pass(): Promise<void> {
    await setImmediate()
    this.#start = performance.now()
  }
}

/** True if the test is true for each item. Other requests get their turn meanwhile. @internal */
export async function isTrueForAll<T>(
  items: Iterable<T>,
  test: (item: T) => boolean
): Promise<boolean> {
  const turns = new Turns()
  for (const item of items) {
    if (turns.isOver) await turns.pass()
    if (!test(item)) return false
  }
  return true
}
