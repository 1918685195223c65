import { readFileSync } from 'node:fs'

import { nearestName } from '../../lib/wording/closest.js'
import { ownFile } from '../../configuration/own-package.js'

/** Reference of all codes; a part of the package. */
const FILE = ownFile('docs/errors.md')

/** Sections by code, and rows of tables for codes without a section. */
function sections(): Map<string, string> {
  const found = new Map<string, string>()
  const text = readFileSync(FILE, 'utf8')
  for (const part of text.split(/^(?=#{2,3} )/m)) {
    const [, code, body = ''] = /^### (ERR_\w+)\s*\n([^]*)$/.exec(part) ?? []
    if (code) found.set(code, body.trim())
    else addRows(found, part)
  }
  return found
}

function addRows(found: Map<string, string>, part: string): void {
  for (const [, code = '', cells = ''] of part.matchAll(/^\| `(ERR_\w+)` *\|(.*)\|\s*$/gm)) {
    const text = cells.split('|').at(-1)?.trim() ?? ''
    found.set(code, text)
  }
}

/** Result of looking for a code. */
export type FoundCode =
  | { readonly code: string; readonly section: string }
  | { readonly code?: undefined; readonly similar: string | undefined }

/**
 * Finds a code as people write it: in lower case, with other separators, without `ERR_`.
 *
 * @internal
 */
export function findCode(subject: string): FoundCode {
  const known = sections()
  const name = subject
    .trim()
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
  for (const code of [name, `ERR_${name}`]) {
    const section = known.get(code)
    if (section !== undefined) return { code, section }
  }
  const codes = [...known.keys()]
  const full = name.startsWith('ERR_') ? name : `ERR_${name}`
  const partly = codes.filter((code) => code.endsWith(full.slice('ERR'.length)))
  return { similar: nearestName(full, codes) ?? (partly.length === 1 ? partly[0] : undefined) }
}
