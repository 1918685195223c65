/** The activities of rules. `change` is all of the others but `display`. */
export const ACTIVITIES = [
  'display',
  'create',
  'update',
  'delete',
  'execute',
  'change',
  'all'
] as const
export type Activity = (typeof ACTIVITIES)[number]

/** A comparison of a property with values. */
export interface Comparison {
  readonly property: string
  readonly operator: '=' | '<>' | 'in'
  readonly values: readonly string[]
}

/** One rule: who may do what with which entities, and which of their records. */
export interface AuthorityRule {
  /** Name of the user in lower case; `*`: everybody. */
  readonly user: string
  readonly activities: readonly Activity[]
  /** Names of entities; none: all that have the properties of the condition. */
  readonly entities: readonly string[]
  /** Comparisons that all have to hold. */
  readonly condition: readonly Comparison[]
  /** The line, for complaints. */
  readonly text: string
}

/** Tokens: quoted texts, words, and signs. */
const TOKENS = /'(?:[^']|'')*'|<>|[=(),:*']|[^\s=<>(),:*']+/g

/**
 * Reads rules, one a line: `alice: change of Notice where plant = 1010 and status in (1, 2)`. Lines that start with `#` are comments.
 *
 * @throws Error that names the line
 */
export function parseRules(lines: readonly string[]): AuthorityRule[] {
  return lines
    .flatMap((text) => text.split(/\r?\n/))
    .map((text) => text.trim())
    .filter((text) => text && !text.startsWith('#'))
    .map(parseRule)
}

function parseRule(text: string): AuthorityRule {
  const reader = new Reader(text)
  const user = reader.word('a user, or *').toLowerCase()
  reader.sign(':')
  const activities = reader.list().map((word) => reader.oneOf(word.toLowerCase(), ACTIVITIES))
  const entities = reader.accepts('of') ? reader.list() : []
  const condition: Comparison[] = []
  if (reader.accepts('where')) {
    do condition.push(parseComparison(reader))
    while (reader.accepts('and'))
  }
  reader.end()
  return { user, activities, entities, condition, text }
}

function parseComparison(reader: Reader): Comparison {
  const property = reader.word('a property')
  if (reader.accepts('in')) {
    reader.sign('(')
    const values = reader.list()
    reader.sign(')')
    return { property, operator: 'in', values }
  }
  const operator = reader.accepts('<>') ? '<>' : '='
  if (operator === '=') reader.sign('=')
  return { property, operator, values: [reader.word('a value')] }
}

/** The tokens of one line. */
class Reader {
  readonly #text: string
  readonly #tokens: string[]

  constructor(text: string) {
    this.#text = text
    this.#tokens = text.match(TOKENS) ?? []
  }

  /** Takes a word or a quoted text. */
  word(expected: string): string {
    const token = this.#tokens.shift()
    if (token === undefined || /^(<>|[=(),:'])$/.test(token)) return this.fail(expected, token)
    return token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : token
  }

  /** Takes words that are separated by commas. */
  list(): string[] {
    const words = [this.word('a word')]
    while (this.accepts(',')) words.push(this.word('a word'))
    return words
  }

  sign(sign: string): void {
    if (!this.accepts(sign)) this.fail(`"${sign}"`, this.#tokens[0])
  }

  accepts(token: string): boolean {
    if (this.#tokens[0]?.toLowerCase() !== token) return false
    this.#tokens.shift()
    return true
  }

  oneOf<T extends string>(word: string, known: readonly T[]): T {
    const found = known.find((each) => each === word)
    return found ?? this.fail(`one of ${known.join(', ')}`, word)
  }

  end(): void {
    const [token] = this.#tokens
    if (token !== undefined) this.fail('the end of the line', token)
  }

  fail(expected: string, token: string | undefined): never {
    const found = token === undefined ? 'the line ends' : `there is "${token}"`
    throw new Error(`rule "${this.#text}": ${expected} is expected, and ${found}`)
  }
}
