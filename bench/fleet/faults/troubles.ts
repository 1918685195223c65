import type { Endpoint } from './platform.js'

/** What a fault may do to calls. */
export type Effect =
  /** A process has ended: writes that it had got have no answer. */
  | 'killed'
  /** The application's database is away. */
  | 'database'
  /** This service of the platform answers with errors, or not at all. */
  | Endpoint

/** A call that has failed. */
export interface FailedCall {
  readonly from: number
  readonly to: number
  readonly isWrite: boolean
  readonly needsDatabase: boolean
  /** Services of the platform that it needs. */
  readonly needs: readonly Endpoint[]
  readonly status: number
  /** True if no instance has answered. */
  readonly isWithoutInstance: boolean
}

interface Span {
  readonly from: number
  to: number
}

/** Milliseconds before the end of a process was seen, in which it can have ended. */
const SEEN_LATE = 5_000

/** Faults that calls are allowed to feel, and when. All others must not be felt. */
export class Troubles {
  readonly #all: (Span & { effect: Effect })[] = []
  /** Times in which answers for queued work can have got lost. */
  readonly #losses: Span[] = []
  readonly #failed: { call: FailedCall; report: () => void }[] = []

  /**
   * Does something that calls may feel from now on.
   *
   * @param recovered - resolves when everything works again: calls that begin later must not fail
   */
  async during(
    effect: Effect,
    work: () => Promise<unknown>,
    recovered: () => Promise<unknown> = () => Promise.resolve()
  ): Promise<void> {
    const trouble = { effect, from: Date.now(), to: Infinity }
    this.#all.push(trouble)
    try {
      await work()
      await recovered()
    } finally {
      trouble.to = Date.now()
    }
  }

  /** Notes that calls may have felt something. */
  note(effect: Effect, from: number, to: number): void {
    this.#all.push({ effect, from, to })
  }

  /** Notes that a process has ended a short time ago, and starts another one in its place. */
  async endedUntil(replaced: () => Promise<unknown>): Promise<void> {
    const from = Date.now() - SEEN_LATE
    this.#losses.push({ from, to: Date.now() })
    await replaced()
    this.note('killed', from, Date.now())
  }

  /** Does something by which answers for queued work get lost. */
  async losing(work: () => Promise<unknown>): Promise<void> {
    const loss = { from: Date.now(), to: Infinity }
    this.#losses.push(loss)
    try {
      await work()
    } finally {
      loss.to = Date.now()
    }
  }

  /** True if answers can have got lost in this time. */
  hasLostAnswers(from: number, to: number): boolean {
    return this.#losses.some((loss) => overlap(loss, { from, to }))
  }

  /** Keeps a call that has failed until everything is known that was wrong. @param report - called if nothing explains it */
  add(call: FailedCall, report: () => void): void {
    this.#failed.push({ call, report })
  }

  /** Reports the failed calls that are not explained by what was wrong while they were under way. */
  judge(): void {
    for (const { call, report } of this.#failed.splice(0)) if (!this.#explains(call)) report()
  }

  #explains(call: FailedCall): boolean {
    return this.#all.some((trouble) => overlap(trouble, call) && isEffect(trouble.effect, call))
  }
}

const overlap = (one: Span, other: Span) => one.from <= other.to && other.from <= one.to

function isEffect(effect: Effect, call: FailedCall): boolean {
  const { status, isWrite, needsDatabase, needs, isWithoutInstance } = call
  if (effect === 'killed') return isWrite && isWithoutInstance
  if (isWithoutInstance) return false
  if (effect === 'database') return needsDatabase && status >= 500
  return needs.includes(effect) && [502, 503, 504].includes(status)
}
