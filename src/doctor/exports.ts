import { readFileSync } from 'node:fs'

import { ConfigurationError } from '../errors.js'
import { readYaml } from '../lib/yaml.js'

/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>

/** Configuration of a destination, as it was exported. */
export interface ExportedDestination {
  readonly name: string
  readonly configuration: Json
  /** Level on which it was found, where the export says it. */
  readonly place: string | undefined
  readonly certificates: readonly Json[]
}

/** Returns the value as a JSON object; an empty one for anything else. */
export function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/**
 * Reads a file of JSON or YAML.
 *
 * @throws {@link ConfigurationError} that names the file and the option, and nothing of the content
 */
export function readFile(option: string, path: string): unknown {
  return parsedBy(option, path, () =>
    /\.ya?ml$/.test(path) ? readYaml(path) : (JSON.parse(readFileSync(path, 'utf8')) as unknown)
  )
}

function parsedBy<T>(option: string, path: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const { code } = error as { code?: string }
    const reason = code === 'ENOENT' ? 'there is no such file' : 'it can not be read as such a file'
    throw new ConfigurationError(`${option} ${path}: ${reason}`)
  }
}

/**
 * Reads the bindings of an exported environment: `VCAP_SERVICES` itself, `default-env.json`, the answer of
 * `cf curl /v3/apps/<guid>/env`, or what `cf env` prints.
 *
 * @returns the content of `VCAP_SERVICES`
 * @throws {@link ConfigurationError}
 */
export function readVcap(path: string): Json {
  return parsedBy('--vcap', path, () => {
    const text = readFileSync(path, 'utf8')
    const json = /^\s*\{/.test(text)
      ? (JSON.parse(text) as unknown)
      : objectAfter(text, 'VCAP_SERVICES')
    const content = asJson(json)
    const { VCAP_SERVICES: own = asJson(content['system_env_json'])['VCAP_SERVICES'] } = content
    const services = own ?? content
    return asJson(typeof services === 'string' ? JSON.parse(services) : services)
  })
}

/** Returns the JSON object after a name in a text with more in it. */
function objectAfter(text: string, name: string): unknown {
  const begin = text.indexOf('{', text.indexOf(name))
  let depth = 0
  for (const { 0: part, index } of text.slice(begin).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    depth += part === '{' ? 1 : part === '}' ? -1 : 0
    if (depth === 0) return JSON.parse(text.slice(begin, begin + index + 1))
  }
  throw new SyntaxError('no JSON object')
}

/**
 * Reads exported destinations: a list or a single one of the REST API of the Destination service, `init_data`, or the
 * file that the cockpit exports.
 *
 * @throws {@link ConfigurationError}
 */
export function readDestinations(path: string): ExportedDestination[] {
  const found = parsedBy('--destinations', path, () => {
    const text = readFileSync(path, 'utf8')
    const json: unknown = /^\s*[[{]/.test(text) ? JSON.parse(text) : propertiesIn(text)
    return destinationsIn(json)
  })
  if (found.length) return found
  throw new ConfigurationError(`--destinations ${path}: there is no destination in it`)
}

function destinationsIn(value: unknown, place?: string): ExportedDestination[] {
  if (Array.isArray(value)) return value.flatMap((each) => destinationsIn(each, place))
  const json = asJson(value)
  const { Name: name, destinationConfiguration: inner, certificates, owner } = json
  if (typeof name === 'string') return [{ name, configuration: json, place, certificates: [] }]
  if (inner) {
    const own = Array.isArray(certificates) ? certificates.map(asJson) : []
    const where = asJson(owner)['InstanceId'] ? 'the service instance' : 'the subaccount'
    return destinationsIn(inner, owner ? where : place).map((each) => ({
      ...each,
      certificates: own
    }))
  }
  return Object.entries(json).flatMap(([key, each]) => destinationsIn(each, LEVELS[key] ?? place))
}

const LEVELS: Readonly<Record<string, string>> = {
  subaccount: 'the subaccount',
  instance: 'the service instance'
}

/** Reads the format of Java properties, in which the cockpit exports a destination. */
function propertiesIn(text: string): Json {
  const lines = text.split(/\r?\n/).filter((line) => /^[^#!].*[=:]/.test(line))
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^\s*((?:\\.|[^\\=:])+?)\s*[=:]\s*(.*)$/.exec(line) ?? []
      return [unescaped(name), unescaped(value)]
    })
  )
}

const unescaped = (text: string) => text.replace(/\\(.)/g, '$1').trim()

/**
 * Reads the configuration of CAP from a file: what `cds env requires --json` prints, `package.json`, or `.cdsrc.json`.
 *
 * @returns the configuration with its profiles, as `CDS_CONFIG` takes it
 * @throws {@link ConfigurationError}
 */
export function readConfiguration(path: string): Json {
  const content = asJson(readFile('--requires', path))
  const own = asJson(content['cds'] ?? content)
  const isWhole = content['cds'] !== undefined || own['requires'] !== undefined
  return isWhole ? own : { requires: own }
}
