import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv'
import { EmulatorError } from '../emulator-error.js'
import type { EmulatorOptions } from '../types.js'
import { closest } from '../xs-security/closest.js'

/** Name of the file that is looked for in a folder. */
export const LANDSCAPE_FILE = 'landscape.json'

/** The content of `landscape.json`: options of {@link startEmulator}; paths are relative to the file. */
export interface LandscapeFile extends Omit<EmulatorOptions, 'root' | 'file' | 'bind' | 'mocks'> {
  /** The schema, for editors: `./node_modules/cds-principal-emulator/schema/landscape.json`. */
  readonly $schema?: string
}

const SCHEMA = join(__dirname, '../../schema/landscape.json')

let validator: ValidateFunction | undefined

/**
 * Reads a landscape from a file, which is checked by the schema that editors use.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` that names the file and the option in it
 */
export function readLandscapeFile(file: string): Omit<LandscapeFile, '$schema'> {
  const content = parse(file)
  validator ??= new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(SCHEMA, 'utf8')) as object
  )
  if (!validator(content)) throw invalid(file, describe(validator.errors ?? []))
  const { $schema: _, ...options } = content as LandscapeFile
  return options
}

function parse(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw invalid(file, isMissing ? 'there is no such file' : 'it cannot be read', cause)
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw invalid(file, `it is not JSON: ${(cause as Error).message}`, cause)
  }
}

/** The error that lies deepest is the one to mend: the others follow from it, or belong to an alternative. */
function describe(errors: readonly ErrorObject[]): string {
  const all = errors.filter(({ keyword }) => keyword !== 'anyOf')
  const depth = (error: ErrorObject) =>
    error.instancePath.split('/').length + (error.keyword === 'additionalProperties' ? 1 : 0)
  const deepest = Math.max(...all.map(depth))
  const found = all.filter((error) => depth(error) === deepest)
  const [first] = found
  if (!first) return 'it is no landscape'
  const at = found.filter(({ instancePath }) => instancePath === first.instancePath)
  const place = placeOf(first.instancePath)
  if (first.keyword === 'additionalProperties') return unknownOption(first, place)
  return `${place || 'the content'} ${at.every(isOfType) ? `must be ${typesOf(at)}` : rule(first)}`
}

function unknownOption({ params, parentSchema }: ErrorObject, place: string): string {
  const name = String((params as { additionalProperty: unknown }).additionalProperty)
  const known = Object.keys((parentSchema?.['properties'] ?? {}) as object)
  const guess = closest(name, known)
  const hint = guess ? `did you mean "${guess}"?` : `there are ${known.join(', ')}`
  return `there is no option "${name}"${place ? ` in ${place}` : ''}: ${hint}`
}

const isOfType = ({ keyword }: ErrorObject) => keyword === 'type'

function typesOf(errors: readonly ErrorObject[]): string {
  const types = errors.flatMap(({ params }) => (params as { type: string | string[] }).type)
  return [...new Set(types)].join(' or ')
}

function rule({ keyword, params, message = 'is not valid' }: ErrorObject): string {
  if (keyword !== 'enum') return message
  return `must be one of ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}`
}

/** Turns a JSON pointer (RFC 6901) into the form that the other messages have: `onPremise["s4:443"].mocks[0]`. */
function placeOf(pointer: string): string {
  const names = pointer.split('/').slice(1)
  return names
    .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((name, i) => {
      if (/^\d+$/.test(name)) return `[${name}]`
      if (!/^[\w$]+$/.test(name)) return `["${name}"]`
      return i ? `.${name}` : name
    })
    .join('')
}

function invalid(file: string, problem: string, cause?: unknown): EmulatorError {
  return new EmulatorError('ERR_EMULATOR_OPTIONS', `${basename(file)}: ${problem}`, { cause })
}
