import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { format, resolveConfig } from 'prettier'

import { withTable } from './marked-table.js'

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
