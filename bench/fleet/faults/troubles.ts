/** Milliseconds after the end of a fault for which calls may still feel it: pauses of circuits and of repeated attempts. */
const AFTERMATH = 10_000

/** What a fault may do to calls. */
export type Effect =
  /** An instance was killed: writes that it had got have no answer. */
  | 'killed'
  /** The application's database is away. */
  | 'database'
  /** A service of the platform answers with errors, or not at all. */
  | 'platform'

/** A call that has failed. */
interface Failed {
  readonly from: number
  readonly to: number
  readonly isWrite: boolean
  readonly needsDatabase: boolean
}

interface Trouble {
  readonly effect: Effect
  readonly from: number
  to: number
}

/** Faults that calls are allowed to feel, and when. All others must not be felt. */
export class Troubles {
  readonly #all: Trouble[] = []

  /** Does something that calls may feel while it lasts, and a short time after. */
  async during(effect: Effect, work: () => Promise<unknown>): Promise<void> {
    const trouble = { effect, from: Date.now(), to: Infinity }
    this.#all.push(trouble)
    try {
      await work()
    } finally {
      trouble.to = Date.now() + AFTERMATH
    }
  }

  /** True if a failed call is explained by what was wrong while it was under way. */
  explain(call: Failed, status: number): boolean {
    return this.#all.some(
      ({ effect, from, to }) => call.to >= from && call.from <= to && explains(effect, call, status)
    )
  }
}

function explains(effect: Effect, call: Failed, status: number): boolean {
  if (effect === 'killed') return call.isWrite && (status === 502 || status === 0)
  if (effect === 'database') return call.needsDatabase && status >= 500
  return [500, 502, 503, 504].includes(status)
}
