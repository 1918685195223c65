import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { isObject, type Json } from './configuration-file.js'

const FILE = '.vscode/settings.json'
const SCHEMA = 'cds-principal/schema/cds-principal.json'
const ENTRY = {
  fileMatch: ['package.json', '.cdsrc.json', '.cdsrc-private.json'],
  url: `./node_modules/${SCHEMA}`
}

/**
 * Adds the schema of this package's options to the settings of Visual Studio Code, which then completes and checks them beside
 * CAP's. Other settings stay as they are, and so does an entry that the project has changed.
 *
 * @returns why nothing was written, if the file can't be read
 * @internal
 */
export function addEditorSettings(root: string): string | undefined {
  const path = join(root, FILE)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}'
  const settings = parse(text)
  const schemas = settings?.['json.schemas'] ?? []
  if (!settings || !Array.isArray(schemas)) {
    return `${FILE} is left as it is: add ${JSON.stringify(ENTRY)} to "json.schemas" there`
  }
  if (schemas.some(isOurs)) return undefined
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  const completed = { ...settings, 'json.schemas': [...(schemas as unknown[]), ENTRY] }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(completed, null, indent)}\n`)
  return undefined
}

/** Settings can have comments, which would be lost: then they are not read. */
function parse(text: string): Json | undefined {
  try {
    const settings: unknown = JSON.parse(text)
    return isObject(settings) ? settings : undefined
  } catch {
    return undefined
  }
}

function isOurs(schema: unknown): boolean {
  return isObject(schema) && typeof schema['url'] === 'string' && schema['url'].endsWith(SCHEMA)
}
