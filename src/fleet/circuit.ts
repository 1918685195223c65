/** Milliseconds until Redis is tried again: after the first failure, and at most. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000

/** Milliseconds of working without a failure, after which Redis counts as back: one that fails now and then is no news each time. */
const QUIET = 60_000

/** Parts that a circuit calls. */
interface CircuitParts {
  /** Tries Redis in the background. It has to end, also where Redis does not answer. */
  readonly probe: () => Promise<unknown>
  /** Called when Redis fails, unless that was said and Redis is not back. */
  readonly onOpen: (reason: string) => void
  /** Called when Redis has worked for a minute after a failure that was said. */
  readonly onClose: () => void
}

/** Switch that keeps requests away from a Redis that fails. It is tried again in the background, at the cost of no request. */
export class Circuit {
  readonly #parts: CircuitParts
  #isClosed = false
  #isTrying = false
  #isEnded = false
  #isSaid = false
  #pause = FIRST_PAUSE
  #nextTrial: NodeJS.Timeout | undefined
  #quiet: NodeJS.Timeout | undefined

  /** Creates an open circuit. */
  constructor(parts: CircuitParts) {
    this.#parts = parts
  }

  /** True if Redis may be called. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Tries Redis now, and again until it works. */
  async start(): Promise<void> {
    this.#isTrying = true
    const failure = await this.#parts.probe().then(
      () => undefined,
      (error: unknown) => ({ error })
    )
    this.#isTrying = false
    if (failure) this.open(failure.error)
    else this.#close()
  }

  /** Keeps calls away from Redis for a time after a failure. */
  open(error: unknown): void {
    if (this.#isEnded || this.#isTrying || this.#nextTrial) return
    this.#isClosed = false
    clearTimeout(this.#quiet)
    this.#nextTrial = setTimeout(() => {
      this.#nextTrial = undefined
      void this.start()
    }, this.#pause).unref()
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE)
    if (this.#isSaid) return
    this.#isSaid = true
    this.#parts.onOpen(reasonOf(error))
  }

  /** Ends all trials. */
  end(): void {
    this.#isEnded = true
    this.#isClosed = false
    clearTimeout(this.#nextTrial)
    clearTimeout(this.#quiet)
  }

  #close(): void {
    if (this.#isEnded) return
    this.#isClosed = true
    this.#quiet = setTimeout(() => {
      this.#pause = FIRST_PAUSE
      if (this.#isSaid) this.#parts.onClose()
      this.#isSaid = false
    }, QUIET).unref()
  }
}

/** Redis has not answered in time. */
class RedisTimeout extends Error {}

/** Milliseconds of a step, in which waiting is counted. */
const STEP = 10

/**
 * Returns the result of a promise, or fails after a time. The time is counted in steps: in one that took longer, this process was
 * busy, and could not have read an answer.
 *
 * @param milliseconds - for the answer
 * @internal
 */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    let steps = Math.ceil(milliseconds / STEP)
    const step = () => {
      if (steps-- > 0) timer = setTimeout(step, STEP)
      // what has come until now is read first
      else
        setImmediate(() =>
          fail(new RedisTimeout(`no answer within ${Math.round(milliseconds)} ms`))
        )
    }
    step()
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Returns what went wrong, without addresses and values: a code, or the first word of an answer of Redis. */
function reasonOf(error: unknown): string {
  if (error instanceof RedisTimeout) return error.message
  const { code, name, message } = Object(error) as { code?: unknown } & Partial<Error>
  if (typeof code === 'string') return code
  return /^[A-Z]{2,}(?= )/.exec(message ?? '')?.[0] ?? name ?? 'unknown'
}
