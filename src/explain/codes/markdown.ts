import { wrap } from '../report.js'

/** Text for a terminal, and the pages that it leads to. */
export interface Rendered {
  readonly text: string
  /** Files of the documentation, such as `docs/background.md`. */
  readonly pages: readonly string[]
}

/**
 * Renders a section of the documentation for a terminal: without links and marks, paragraphs and lists broken into lines,
 * tables as lists.
 *
 * @param markdown - paragraphs, lists, tables and code, as in `docs/errors.md`
 * @internal
 */
export function renderMarkdown(markdown: string): Rendered {
  const blocks = blocksOf(markdown)
  const pages = new Set<string>()
  for (const [, page = ''] of markdown.matchAll(/\]\((?!https?:)([\w./-]+\.md)[^)]*\)/g)) {
    pages.add(`docs/${page}`)
  }
  return { text: blocks.map(renderBlock).join('\n\n'), pages: [...pages] }
}

/** Splits a text at empty lines outside of code. */
function blocksOf(markdown: string): string[][] {
  const blocks: string[][] = [[]]
  let isCode = false
  for (const line of markdown.split('\n')) {
    if (line.trim() || isCode) blocks.at(-1)?.push(line)
    else blocks.push([])
    if (line.trimStart().startsWith('```')) isCode = !isCode
  }
  return blocks.filter((lines) => lines.length)
}

function renderBlock(lines: readonly string[]): string {
  const [first = ''] = lines
  if (first.trimStart().startsWith('```')) {
    return lines
      .filter((line) => !line.trimStart().startsWith('```'))
      .map((line) => `    ${line}`)
      .join('\n')
  }
  if (first.startsWith('|')) return renderTable(lines)
  return items(lines)
    .map((item) => {
      const [, mark = '', text = item] = /^(- |\* )(.*)$/.exec(item) ?? []
      return wrap(withoutMarks(text), mark && '- ')
    })
    .join('\n')
}

/** Joins the lines of each item of a list, and of a text in front of it; a bold word begins a paragraph of its own. */
function items(lines: readonly string[]): string[] {
  const found: string[] = []
  const parts = lines.flatMap((line) => line.split(/ (?=\*\*[A-Z][\w ]*:\*\*)/))
  for (const line of parts) {
    const text = line.trim()
    const begins = /^([-*] |\*\*[A-Z][\w ]*:\*\*)/.test(text)
    const previous = found.at(-1)
    if (begins || previous === undefined) found.push(text)
    else found[found.length - 1] = `${previous} ${text}`
  }
  return found
}

function renderTable([head = '', , ...rows]: readonly string[]): string {
  const names = cellsOf(head)
  return rows
    .map((row) => {
      const [first = '', ...cells] = cellsOf(row)
      const lines = cells.map((cell, i) => wrap(`${names[i + 1] ?? ''}: ${cell}`, '  '))
      return [wrap(first, '- '), ...lines].join('\n')
    })
    .join('\n')
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => withoutMarks(cell.trim()))
}

/** Removes links, and marks of bold, slanted and code. What stands between backticks stays as it is. */
function withoutMarks(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`')
        ? part.slice(1, -1)
        : part.replaceAll('**', '').replace(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1$2')
    )
    .join('')
}
