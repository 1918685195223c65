/** The kind of a value that was replaced; the report says it in place of the value. */
export type Kind =
  | 'secret'
  | 'host'
  | 'user name'
  | 'client id'
  | 'identifier'
  | 'file name'
  | 'location id'
  | 'text'
  | 'unknown value'

/** One line of the report. */
export interface Replaced {
  /** Path in the landscape. */
  readonly place: string
  readonly kind: Kind
  /** The new value; without it, the property was left out. */
  readonly by?: string
}

/** Replaces values, equal ones equally, and keeps account of it. The values themselves are in no account. */
export class Replacements {
  readonly #known = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly list: Replaced[] = []

  /**
   * Returns the replacement of a value.
   *
   * @param stem - begin of the new value; a number follows
   */
  replace(place: string, kind: Kind, value: string, stem: string): string {
    const by = this.nameFor(value, stem)
    this.note(place, kind, by)
    return by
  }

  /** Returns the same new name for the same value, without an entry in the report. */
  nameFor(value: string, stem: string): string {
    const key = JSON.stringify([stem, value])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const count = (this.#counts.get(stem) ?? 0) + 1
    this.#counts.set(stem, count)
    this.#known.set(key, `${stem}-${count}`)
    return `${stem}-${count}`
  }

  /** Adds an entry to the report. */
  note(place: string, kind: Kind, by?: string): void {
    this.list.push({ place, kind, ...(by !== undefined && { by }) })
  }
}
