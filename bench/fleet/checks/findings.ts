/** Examples of a finding that are kept. */
const EXAMPLES = 5

/** What is wrong, with numbers and some examples. */
export class Findings {
  readonly #found = new Map<string, { count: number; examples: string[] }>()

  add(text: string, example = ''): void {
    const found = this.#found.get(text) ?? { count: 0, examples: [] }
    found.count++
    if (example && found.examples.length < EXAMPLES) found.examples.push(example)
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
