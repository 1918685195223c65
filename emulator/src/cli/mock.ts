import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

import { EmulatorError } from '../emulator-error.js'
import type { CompleteOptions } from '../project/project-options.js'
import { parseRules } from '../s4/rules/parse-rules.js'
import { hasLandscape, landscapeSource, type LandscapeSource } from '../standalone/source.js'
import { startLandscape, type StartOptions } from './start.js'

/** Options of `cds-principal-emulator mock`. */
export interface MockOptions extends StartOptions {
  readonly edmx: readonly string[]
  readonly data?: string
  /** Rules, or one file of them. */
  readonly rules?: readonly string[]
  /** Virtual `host:port` of the system. */
  readonly host: string
  readonly destination: string
}

/**
 * Runs a landscape with one more system: a mocked S/4HANA with the services of EDMX files, and a destination with principal
 * propagation that leads to it.
 *
 * @throws EmulatorError with the option that is wrong
 */
export async function startMock(options: MockOptions): Promise<void> {
  await startLandscape(options, mockSource(options))
}

function mockSource({ project, file, edmx, data, rules, host, destination }: MockOptions) {
  const missing = edmx.find((each) => !existsSync(each))
  if (missing !== undefined) throw invalid(`--edmx ${missing}: there is no such file`)
  const lines = rules && readRules(rules)
  const { options, ...source } = hasLandscape(project, file)
    ? landscapeSource(project, file)
    : emptySource(project, edmx, lines)
  const system = {
    edmx: edmx.map((each) => resolve(each)),
    ...(data !== undefined && { data: resolve(data) }),
    ...(lines && { rules: lines })
  }
  const configuration = {
    URL: `http://${host}`,
    ProxyType: 'OnPremise',
    Authentication: 'PrincipalPropagation'
  }
  return {
    ...source,
    options: {
      ...options,
      destinations: { ...options.destinations, [destination]: configuration },
      onPremise: { ...options.onPremise, [host]: system }
    }
  }
}

/** A landscape of the users that rules name, or of one user. */
function emptySource(
  project: string,
  [first = '']: readonly string[],
  rules: readonly string[] | undefined
): LandscapeSource {
  const named = parse(rules ?? []).flatMap(({ user }) => (user === '*' ? [] : [user]))
  const users = Object.fromEntries((named.length ? named : ['alice']).map((name) => [name, {}]))
  const root = resolve(project)
  const options: CompleteOptions = { root, users, xsSecurity: { xsappname: 'mock' } }
  return { folder: root, options, name: relative(process.cwd(), dirname(first)) || first }
}

function readRules(rules: readonly string[]): readonly string[] {
  const [only = ''] = rules
  const lines = rules.length === 1 && existsSync(only) ? [readFileSync(only, 'utf8')] : rules
  parse(lines)
  return lines
}

function parse(lines: readonly string[]) {
  try {
    return parseRules(lines)
  } catch (cause) {
    throw invalid(`--rules: ${(cause as Error).message}`, cause)
  }
}

const invalid = (message: string, cause?: unknown) =>
  new EmulatorError('ERR_EMULATOR_OPTIONS', message, { cause })
