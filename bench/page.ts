import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { format, resolveConfig } from 'prettier'

/**
 * Writes a table into a page, between its marks.
 *
 * @param page - path in the repository
 * @param mark - `<!-- mark -->` and `<!-- end of mark -->` are around the table
 */
export async function writeTable(
  page: string,
  mark: string,
  lines: readonly string[]
): Promise<void> {
  const path = join(__dirname, '..', page)
  const options = { ...(await resolveConfig(path)), filepath: path }
  const text = withTable(readFileSync(path, 'utf8'), mark, lines)
  writeFileSync(path, await format(text, options))
}

/** Replaces the table of a page. @throws Error for a page without the marks */
export function withTable(text: string, mark: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- end of ${mark} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no marks "${mark}"`)
  return `${text.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${text.slice(to)}`
}
