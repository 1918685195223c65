/** Answer of the command. */
export interface Report {
  /** False for a code that there is not, a token that can't be read, an id that no entry has. */
  readonly explained: boolean
  /** True for a token that the application refuses: it is explained, and the exit code says that it has failed. */
  readonly refused?: boolean
  /** Paragraphs and lists in plain text, for people. */
  readonly text: string
  /** The same facts, for scripts. */
  readonly data: object
}

/** Characters of a line, where the terminal does not say it. */
const WIDTH = 100

/** Returns the width of the terminal, 100 characters at most; some terminals say 0. @internal */
export function terminalWidth(): number {
  const { columns = 0 } = process.stdout as { columns?: number }
  return Math.max(40, Math.min(columns > 0 ? columns : WIDTH, WIDTH))
}

/**
 * Breaks a text into lines.
 *
 * @param first - begins the first line
 * @param rest - begins the others; as long as `first` for a list
 * @internal
 */
export function wrap(
  text: string,
  first = '',
  rest = ' '.repeat(first.length),
  width = terminalWidth()
) {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = rest
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line].map((each) => each.trimEnd()).join('\n')
}

/** Returns a heading, as all parts of the answer have it. @internal */
export function heading(title: string): string {
  return `\n${title}\n${'-'.repeat(title.length)}`
}
