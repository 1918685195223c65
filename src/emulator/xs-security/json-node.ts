import { EmulatorError } from '../emulator-error.js'

/** A value of xs-security.json that knows its JSON path, so that every complaint names it. */
export class JsonNode {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path: string) {
    this.value = value
    this.path = path
  }

  /** @throws EmulatorError `ERR_EMULATOR_XS_SECURITY` */
  fail(problem: string): never {
    throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', `xs-security.json: ${this.path} ${problem}`)
  }

  /** A property of an object. */
  get(name: string): JsonNode {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fail('must be an object')
    }
    const member = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
    return new JsonNode(member, this.path === '$' ? name : `${this.path}.${name}`)
  }

  /** The elements of an array; a missing one is empty. */
  items(): JsonNode[] {
    if (this.value === undefined) return []
    if (!Array.isArray(this.value)) this.fail('must be an array')
    return this.value.map((item, index) => new JsonNode(item, `${this.path}[${index}]`))
  }

  /** A string that is not empty. */
  text(): string {
    if (typeof this.value !== 'string' || !this.value.trim()) {
      this.fail('must be a string that is not empty')
    }
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
}
