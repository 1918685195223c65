/** Ranks of questions: the lower, the sooner. */
export const RANKS = { likely: 0, again: 1, new: 2 } as const

export type Rank = (typeof RANKS)[keyof typeof RANKS]

/** Limits of turns a second and at a time. */
export interface TurnOptions {
  /** Turns a second, in the long run. */
  readonly perSecond: number
  /** Turns that can be taken at once after a pause; in any second there are no more than both together. */
  readonly burst: number
}

/** Turns at the same time; a service that does not answer holds up no more than these. */
const MAX_RUNNING = 16

/** Turns at the same time for askers that are not likely; part of {@link MAX_RUNNING}. */
const MAX_UNLIKELY = 8

/** Part of the burst that is for likely askers only. */
const RESERVE = 0.5

/** Askers that wait at the same time. */
const MAX_WAITING = 500

/** Milliseconds that an asker waits; a client has given up by then, or can come again. */
const MAX_WAIT = 3000

interface Waiting {
  readonly sender: Sender
  readonly start: () => void
  readonly refuse: () => void
}

/**
 * Addresses of an asker as a path: the nearest first, then those for which it has forwarded. Addresses that a client invents
 * come after those that proxies have seen.
 */
export type Sender = readonly string[]

/** Says that no turn was free in time. */
export class NoTurnError extends Error {
  /** Seconds after which it is worth another try. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('no turn in time')
    this.retryAfter = retryAfter
  }
}

/**
 * Askers of one rank: addresses in turn; of one address those that it has forwarded for, in turn as well; and of the same path
 * the newest first, which still has somebody who waits for it.
 */
class Queue {
  readonly #depth: number
  readonly #byAddress = new Map<string, Queue>()
  /** Those whose path ends here, the oldest first. */
  readonly #own: Waiting[] = []
  size = 0

  constructor(depth = 0) {
    this.#depth = depth
  }

  add(waiting: Waiting): void {
    this.size++
    const address = this.#addressOf(waiting)
    if (address === undefined) this.#own.push(waiting)
    else {
      const queue = this.#byAddress.get(address) ?? new Queue(this.#depth + 1)
      this.#byAddress.set(address, queue)
      queue.add(waiting)
    }
  }

  next(): Waiting | undefined {
    if (this.size) this.size--
    if (this.#own.length) return this.#own.pop()
    const [first] = this.#byAddress
    if (!first) return undefined
    const [address, queue] = first
    const waiting = queue.next()
    this.#byAddress.delete(address)
    if (queue.size) this.#byAddress.set(address, queue)
    return waiting
  }

  /** Returns true if it was there. */
  remove(waiting: Waiting): boolean {
    const address = this.#addressOf(waiting)
    const queue = address === undefined ? undefined : this.#byAddress.get(address)
    const removed = queue ? queue.remove(waiting) : this.#removeOwn(waiting)
    if (removed) this.size--
    if (address !== undefined && !queue?.size) this.#byAddress.delete(address)
    return removed
  }

  /** Returns the asker that waits for longest of the path with most of them. */
  get surplus(): Waiting | undefined {
    let most: Queue | undefined
    for (const queue of this.#byAddress.values()) if (queue.size > (most?.size ?? 0)) most = queue
    return most ? most.surplus : this.#own[0]
  }

  /** Behind the last address there is an empty one: there may be longer paths with the same beginning. */
  #addressOf({ sender }: Waiting): string | undefined {
    return this.#depth > sender.length ? undefined : (sender[this.#depth] ?? '')
  }

  #removeOwn(waiting: Waiting): boolean {
    const index = this.#own.indexOf(waiting)
    if (index >= 0) this.#own.splice(index, 1)
    return index >= 0
  }
}

/**
 * Turns at asking a service that others must not be able to flood through this process: bounded in number at a time and a
 * second, and fair between senders. Nobody waits for the failure of another.
 *
 * @internal
 */
export class Turns {
  readonly #options: TurnOptions
  readonly #queues = [new Queue(), new Queue(), new Queue()] as const
  /** By rank. */
  readonly #running: [number, number, number] = [0, 0, 0]
  #level: number
  #filledAt = Date.now()
  #timer: NodeJS.Timeout | undefined

  constructor(options: TurnOptions) {
    this.#options = options
    this.#level = options.burst
  }

  /** Number of askers that wait, for tests and measurements. */
  get waiting(): number {
    return this.#queues.reduce((sum, { size }) => sum + size, 0)
  }

  /**
   * Runs some work when it is its turn.
   *
   * @throws {@link NoTurnError}, or what the work throws
   */
  async run<T>(rank: Rank, sender: Sender, work: () => Promise<T>): Promise<T> {
    await this.#turn(rank, sender)
    try {
      return await work()
    } finally {
      this.#running[rank]--
      this.#advance()
    }
  }

  #turn(rank: Rank, sender: Sender): Promise<void> {
    return new Promise((start, fail) => {
      const queue = this.#queues[rank]
      const refuse = () => {
        clearTimeout(timer)
        queue.remove(waiting)
        fail(new NoTurnError(this.#secondsToWait()))
      }
      const timer = setTimeout(refuse, MAX_WAIT)
      const waiting: Waiting = {
        sender,
        refuse,
        start: () => {
          clearTimeout(timer)
          start()
        }
      }
      queue.add(waiting)
      if (queue.size > MAX_WAITING) queue.surplus?.refuse()
      this.#advance()
    })
  }

  /** Returns the time after which another try is worth it. Askers that come again go before new ones. */
  #secondsToWait(): number {
    return Math.max(1, Math.ceil(this.#queues[RANKS.again].size / this.#options.perSecond))
  }

  #advance(): void {
    this.#fill()
    for (const rank of Object.values(RANKS)) {
      while (this.#mayStart(rank)) {
        const waiting = this.#queues[rank].next()
        if (!waiting) break
        this.#level--
        this.#running[rank]++
        waiting.start()
      }
    }
    if (this.#timer || !this.waiting) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#advance()
    }, 1000 / this.#options.perSecond)
  }

  #mayStart(rank: Rank): boolean {
    const [likely, again, fresh] = this.#running
    const { burst } = this.#options
    if (likely + again + fresh >= MAX_RUNNING) return false
    if (rank === RANKS.likely) return this.#level >= 1
    return again + fresh < MAX_UNLIKELY && this.#level >= Math.min(1 + burst * RESERVE, burst)
  }

  #fill(): void {
    const { perSecond, burst } = this.#options
    const now = Date.now()
    const due = (Math.max(now - this.#filledAt, 0) / 1000) * perSecond
    this.#level = Math.min(this.#level + due, burst)
    this.#filledAt = now
  }
}
