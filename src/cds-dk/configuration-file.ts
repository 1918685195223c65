import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Content of a JSON file. */
export type Json = Record<string, unknown>

/** A file of the project with configuration in it. */
export interface ConfigurationFile {
  readonly name: string
  readonly content: Json
  /** The object that `cds.env` reads: `cds` in `package.json`, everything in `.cdsrc.json`. */
  readonly cds: Json
  /** Writes the content if it has changed, indented as before. Returns whether it has. */
  save(): boolean
}

/** Returns a file of the project folder; `undefined` if there is none. */
export function readConfiguration(root: string, name: string): ConfigurationFile | undefined {
  const path = join(root, name)
  if (!existsSync(path)) return undefined
  const text = readFileSync(path, 'utf8')
  const content = JSON.parse(text) as Json
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  const serialize = () => `${JSON.stringify(content, null, indent)}\n`
  const before = serialize()
  const own = name === 'package.json' ? {} : content
  const cds = isObject(content['cds']) ? content['cds'] : own
  return {
    name,
    content,
    cds,
    save: () => {
      if (cds !== content && Object.keys(cds).length) content['cds'] = cds
      const isChanged = serialize() !== before
      if (isChanged) writeFileSync(path, serialize())
      return isChanged
    }
  }
}

/** Returns the object under a key, which is created if it is missing. */
export function objectAt(parent: Json, key: string): Json {
  const value = parent[key]
  if (isObject(value)) return value
  const created: Json = {}
  parent[key] = created
  return created
}

/** True if the value has properties to read: no text, list, boolean, or null. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
