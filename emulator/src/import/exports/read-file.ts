import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

import { EmulatorError } from '../../emulator-error.js'

/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>

/** Returns the value as a JSON object; an empty one for anything else. */
export function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** Returns the value as a list; an empty one for anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/**
 * Reads an exported file. Its content may hold secrets, and parsers quote what they do not understand: the error has nothing of
 * it, and no cause.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` that names the option and the file
 */
export function parseFile<T>(option: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof EmulatorError) throw error
    const { code } = error as { code?: string }
    const reason = code === 'ENOENT' ? 'there is no such file' : 'it cannot be read as such a file'

    throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${option} ${path}: ${reason}`)
  }
}

/** Reads a file of JSON. @throws EmulatorError `ERR_EMULATOR_OPTIONS` */
export function readJson(option: string, path: string): unknown {
  return parseFile(option, path, (text) => JSON.parse(text) as unknown)
}

/** Reads a file of YAML, with the library that the project or CAP has. @throws EmulatorError `ERR_EMULATOR_OPTIONS` */
export function readYaml(option: string, path: string): unknown {
  const { parse } = yamlLibrary(option, path)
  return parseFile(option, path, parse)
}

interface Yaml {
  parse: (text: string) => unknown
}

function yamlLibrary(option: string, path: string): Yaml {
  const places = [dirname(resolve(path)), process.cwd(), __dirname]
  for (const place of places) {
    const find = createRequire(join(place, 'package.json'))
    for (const home of ['', '@sap/cds/package.json']) {
      try {
        return (home ? createRequire(find.resolve(home)) : find)('yaml') as Yaml
      } catch {
        // try the next one
      }
    }
  }
  const text = `${option} needs the package "yaml": npm add --save-dev yaml`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}
