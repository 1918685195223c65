/** Examples of a finding that are kept. */
const EXAMPLES = 5

/** What is wrong, with numbers and some examples. */
export class Findings {
  readonly #found = new Map<string, { count: number; examples: string[] }>()
  readonly #tell: (line: string) => void

  /** @param tell - gets the first findings of each kind when they are made: a run can end before its report */
  constructor(tell: (line: string) => void = () => undefined) {
    this.#tell = tell
  }

  add(text: string, example = ''): void {
    const found = this.#found.get(text) ?? { count: 0, examples: [] }
    found.count++
    if (example && found.examples.length < EXAMPLES) found.examples.push(example)
    if (found.count <= EXAMPLES) this.#tell(`finding: ${text}. ${example}`)
    this.#found.set(text, found)
  }

  get isEmpty(): boolean {
    return this.#found.size === 0
  }

  get count(): number {
    return [...this.#found.values()].reduce((sum, { count }) => sum + count, 0)
  }

  toString(): string {
    const lines = [...this.#found].flatMap(([text, { count, examples }]) => [
      `- ${String(count)} × ${text}`,
      ...examples.map((each) => `    ${each}`)
    ])
    return lines.join('\n')
  }
}
