/** Kinds of requests to the platform, with their titles in tables. */
export const KINDS = {
  'service-token': 'tokens of the application',
  destination: 'destinations',
  'user-token': 'exchanges of user tokens',
  'key-set': 'key sets'
} as const

export type Kind = keyof typeof KINDS

const HOUR = 3_600_000

/** Numbers of requests to the platform by hour and kind. */
export class HourlyCounts {
  readonly #hours = new Map<number, Map<Kind, number>>()
  readonly #start: number

  /** @param start - first millisecond of hour 0 */
  constructor(start: number) {
    this.#start = start
  }

  /** Counts a request. @param time - milliseconds since the epoch */
  add(kind: Kind, time: number): void {
    const hour = Math.floor((time - this.#start) / HOUR)
    const kinds = this.#hours.get(hour) ?? new Map<Kind, number>()
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    this.#hours.set(hour, kinds)
  }

  /** Returns the requests of an hour, of one kind or of all. */
  ofHour(hour: number, kind?: Kind): number {
    const kinds = this.#hours.get(hour) ?? new Map<Kind, number>()
    return kind ? (kinds.get(kind) ?? 0) : [...kinds.values()].reduce((sum, n) => sum + n, 0)
  }

  /** Returns all requests, of one kind or of all. */
  total(kind?: Kind): number {
    return [...this.#hours.keys()].reduce((sum, hour) => sum + this.ofHour(hour, kind), 0)
  }

  /** Returns the most requests of an hour, of one kind or of all. */
  peak(kind?: Kind): number {
    return Math.max(0, ...[...this.#hours.keys()].map((hour) => this.ofHour(hour, kind)))
  }
}
