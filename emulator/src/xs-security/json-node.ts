import { EmulatorError } from '../emulator-error.js'
import { closest, misspelled } from './closest.js'

/** A value of a security descriptor that knows its file and JSON path, so that every complaint names them. */
export class JsonNode {
  readonly value: unknown
  readonly path: string
  readonly source: string

  /** @param source - file, or option with the content */
  constructor(value: unknown, path: string, source = 'xs-security.json') {
    this.value = value
    this.path = path
    this.source = source
  }

  /** @throws EmulatorError `ERR_EMULATOR_XS_SECURITY` */
  fail(problem: string): never {
    throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', `${this.source}: ${this.path} ${problem}`)
  }

  /** A property of an object. */
  get(name: string): JsonNode {
    const value = this.#object()
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    return new JsonNode(member, this.path === '$' ? name : `${this.path}.${name}`, this.source)
  }

  /** Refuses a property that is a misspelled one; others that nobody knows here are left alone. */
  known(names: readonly string[]): this {
    for (const name of Object.keys(this.#object())) {
      const meant = names.includes(name) ? undefined : misspelled(name, names)
      if (meant) this.get(name).fail(`is not known: did you mean "${meant}"?`)
    }
    return this
  }

  /** The elements of an array; a missing one is empty. */
  items(): JsonNode[] {
    if (this.value === undefined) return []
    if (!Array.isArray(this.value)) this.fail('must be an array')
    return this.value.map(
      (item, index) => new JsonNode(item, `${this.path}[${index}]`, this.source)
    )
  }

  /** A string that is not empty. */
  text(): string {
    if (typeof this.value !== 'string' || !this.value.trim()) {
      this.fail('must be a string that is not empty')
    }
    return this.value
  }

  /** One of some words. */
  word<T extends string>(words: readonly T[]): T {
    const text = this.text()
    const word = words.find((each) => each === text)
    if (word !== undefined) return word
    const guess = closest(text, words)
    const hint = guess ? `did you mean "${guess}"? ` : ''
    return this.fail(`is "${text}": ${hint}Use one of ${words.join(', ')}`)
  }

  /** `true` or `false`, or the default if it is missing. */
  flag(fallback: boolean): boolean {
    if (this.value === undefined) return fallback
    if (typeof this.value !== 'boolean') this.fail('must be true or false')
    return this.value
  }

  /** A whole number within limits, or the default if it is missing. */
  seconds(min: number, max: number, fallback: number): number {
    if (this.value === undefined) return fallback
    const value = this.value
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      this.fail(`must be a whole number of seconds from ${min} to ${max}`)
    }
    return value
  }

  #object(): Record<string, unknown> {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fail('must be an object')
    }
    return value as Record<string, unknown>
  }
}
