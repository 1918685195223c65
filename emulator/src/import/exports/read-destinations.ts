import { EmulatorError } from '../../emulator-error.js'
import { asJson, type Json, parseFile } from './read-file.js'

/** A destination or a fragment as it was exported. */
export interface Exported {
  readonly kind: 'destination' | 'fragment'
  readonly name: string
  readonly properties: Json
}

/**
 * Reads exported destinations and fragments: a list or a single one of the REST API of the Destination service, `init_data`, or
 * the file that the cockpit exports.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function readDestinations(option: string, path: string): Exported[] {
  const found = parseFile(option, path, (text) =>
    exportedIn(/^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : propertiesIn(text))
  )
  if (found.length) return found
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${option} ${path}: no destination is in it`)
}

/** Returns all destinations and fragments in an export, at any depth. */
export function exportedIn(value: unknown, depth = 0): Exported[] {
  if (depth > 8) return []
  if (Array.isArray(value)) return value.flatMap((each) => exportedIn(each, depth + 1))
  const json = asJson(value)
  const { Name, FragmentName, destinationConfiguration: inner } = json
  if (typeof FragmentName === 'string') return [exported('fragment', FragmentName, json)]
  if (typeof Name === 'string') return [exported('destination', Name, json)]
  const parts = inner === undefined ? Object.values(json) : [inner]
  return parts.flatMap((each) => exportedIn(each, depth + 1))
}

function exported(kind: Exported['kind'], name: string, properties: Json): Exported {
  const { Name: _, FragmentName: __, ...own } = properties
  return { kind, name, properties: own }
}

/** Reads the format of Java properties, in which the cockpit exports a destination. */
function propertiesIn(text: string): Json {
  const lines = text.replace(/\\\r?\n[ \t]*/g, '').split(/\r?\n/)
  const entries = lines.flatMap((line) => {
    if (/^\s*([#!]|$)/.test(line)) return []
    const [, name, value = ''] = /^\s*((?:\\.|[^\\=:\s])+)\s*[=:]\s*(.*)$/.exec(line) ?? []
    return name === undefined ? [] : [[unescaped(name), unescaped(value)] as const]
  })
  return Object.fromEntries(entries)
}

const unescaped = (text: string) =>
  text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\\(.)/g, '$1')
    .trim()
