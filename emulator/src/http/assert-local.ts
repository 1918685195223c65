import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EmulatorError } from '../emulator-error.js'

/** Tag of the emulator's own bindings. */
export const EMULATOR_TAG = 'cds-principal-emulator'

/**
 * Refuses to start anywhere near production: with `NODE_ENV=production`, or with service bindings
 * in the environment that do not come from an emulator. No option overrides it.
 *
 * @throws EmulatorError `ERR_EMULATOR_IN_PRODUCTION`, `ERR_EMULATOR_FOREIGN_BINDINGS`
 */
export function assertLocal(env: NodeJS.ProcessEnv): void {
  if (env['NODE_ENV']?.trim().toLowerCase() === 'production') {
    throw new EmulatorError(
      'ERR_EMULATOR_IN_PRODUCTION',
      'the emulator does not start with NODE_ENV=production: bind the real services, or unset NODE_ENV'
    )
  }
  if (env['VCAP_SERVICES']) assertOwn(env['VCAP_SERVICES'], 'VCAP_SERVICES')
  const file = env['VCAP_SERVICES_FILE_PATH']
  if (file && existsSync(file)) assertOwn(readFileSync(file, 'utf8'), 'VCAP_SERVICES_FILE_PATH')
  const folder = env['SERVICE_BINDING_ROOT']
  if (folder && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const foreign = readdirSync(folder).filter((name) => !isOwn(readBinding(join(folder, name))))
    if (foreign.length) refuse('SERVICE_BINDING_ROOT', foreign)
  }
}

function assertOwn(json: string, variable: string): void {
  if (!json.trim()) return
  let services: unknown
  try {
    services = JSON.parse(json)
  } catch {
    // what cannot be read cannot be told apart from real bindings
    return refuse(variable)
  }
  if (typeof services !== 'object' || services === null) return refuse(variable)
  const labels = Object.entries(services).flatMap(([label, bindings]) =>
    [bindings].flat().every(isOwn) ? [] : [label]
  )
  if (labels.length) refuse(variable, labels)
}

/** Reads what the emulator's own bindings are known by, from their files. */
function readBinding(folder: string): unknown {
  try {
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { tags: JSON.parse(read('tags')) as unknown, credentials: { url: read('url') } }
  } catch {
    return undefined
  }
}

function isOwn(binding: unknown): boolean {
  const { tags, credentials } = (binding ?? {}) as { tags?: unknown; credentials?: unknown }
  if (!Array.isArray(tags) || !tags.includes(EMULATOR_TAG)) return false
  const url = (credentials as { url?: unknown } | undefined)?.url
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  return ['localhost', '127.0.0.1'].includes(new URL(url).hostname)
}

function refuse(variable: string, names: readonly string[] = []): never {
  const which = names.length ? ` (${names.join(', ')})` : ''
  throw new EmulatorError(
    'ERR_EMULATOR_FOREIGN_BINDINGS',
    `the emulator does not start beside real service bindings${which}: bind the real XSUAA or Identity Authentication as well ` +
      `(in CAP: cds bind auth --to <instance> --kind principal), or unset ${variable}`
  )
}
