import type { Endpoint } from './platform.js'

/** What a fault may do to calls. */
export type Effect =
  /** A process has just ended: writes that it had got have no answer. */
  | 'killed'
  /** The application's database is away. */
  | 'database'
  /** Tokens have a new key again: an instance that has just asked for keys does not know it yet. */
  | 'keys'
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
  /** True if there was no answer in time. */
  readonly isLate: boolean
  /** True if the instance did not know the key of a token. */
  readonly hasUnknownKey: boolean
}

interface Span {
  readonly from: number
  to: number
}

/** Milliseconds after the end of a process in which that is seen, and also that answers are lost. */
const SEEN_LATE = 5_000

/** Milliseconds after the end of a process in which nginx can still send requests to it. */
const FELT = 1_000

/** Faults that calls are allowed to feel, and when. All others must not be felt. */
export class Troubles {
  readonly #all: (Span & { effect: Effect })[] = []
  /** Times in which answers for queued work can have got lost. */
  readonly #losses: Span[] = []
  readonly #failed: { call: FailedCall; report: () => void }[] = []
  readonly #ends: { span: Span; judged: (wasDatabaseAway: boolean) => void }[] = []

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

  /** Ends a process at once. */
  async killing(kill: () => Promise<unknown>): Promise<void> {
    const from = Date.now()
    await this.losing(kill)
    this.note('killed', from, Date.now() + FELT)
  }

  /**
   * Notes that a process has ended by itself a short time ago.
   *
   * @param judged - called when everything is known that was wrong
   */
  ended(judged: (wasDatabaseAway: boolean) => void = () => undefined): void {
    const span = { from: Date.now() - SEEN_LATE, to: Date.now() }
    this.#losses.push(span)
    this.note('killed', span.from, span.to + FELT)
    this.#ends.push({ span, judged })
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

  /** Reports the failed calls, and judges the ends of processes, by what was wrong at the time. */
  judge(): void {
    for (const { call, report } of this.#failed.splice(0)) if (!this.#explains(call)) report()
    for (const { span, judged } of this.#ends.splice(0)) judged(this.#wasDatabaseAway(span))
  }

  #wasDatabaseAway(span: Span): boolean {
    return this.#all.some((trouble) => trouble.effect === 'database' && overlap(trouble, span))
  }

  #explains(call: FailedCall): boolean {
    return this.#all.some(
      (trouble) =>
        overlap(trouble, call) &&
        isEffect(trouble.effect, call) &&
        // an answer is lost at once
        (trouble.effect !== 'killed' || call.to <= trouble.to + SEEN_LATE)
    )
  }
}

const overlap = (one: Span, other: Span) => one.from <= other.to && other.from <= one.to

function isEffect(effect: Effect, call: FailedCall): boolean {
  const { status, isWrite, needsDatabase, needs, isWithoutInstance, isLate } = call
  if (effect === 'killed') return isWrite && isWithoutInstance && !isLate
  if (isWithoutInstance) return false
  if (effect === 'keys') return call.hasUnknownKey
  if (effect === 'database') return needsDatabase && status >= 500
  return needs.includes(effect) && [502, 503, 504].includes(status)
}
