import { ConfigurationError } from '../../errors.js'
import { nearestName } from '../../lib/wording/closest.js'

const PATH = 'cds.requires.auth.restart'

/** Options of `cds.requires.auth.restart`: how an instance begins and ends while others serve. Times are in milliseconds. */
export interface RestartOptions {
  /**
   * Time after `SIGTERM` for which requests are still accepted, so that routers see that the instance is not ready any more.
   * Default: 5,000.
   */
  readonly drainDelay?: number
  /** Time after `SIGTERM` at which the process ends in any case. Default: 25,000. */
  readonly shutdownTimeout?: number
  /** Time for which a start waits for what it fetches before the instance is ready; 0: nothing is fetched. Default: 10,000. */
  readonly warmUpTimeout?: number
  /** Path that answers 200 while the instance takes requests, else 503; `false` for none. Default: `/health/ready`. */
  readonly readyPath?: string | false
  /** Path that answers 200 as long as the server listens; `false` for none. Default: `/health/live`. */
  readonly livePath?: string | false
}

/** The options with their defaults. */
export type RestartSettings = Required<RestartOptions>

const DEFAULTS: RestartSettings = {
  drainDelay: 5_000,
  shutdownTimeout: 25_000,
  warmUpTimeout: 10_000,
  readyPath: '/health/ready',
  livePath: '/health/live'
}

const TIMES = ['drainDelay', 'shutdownTimeout', 'warmUpTimeout'] as const
const PATHS = ['readyPath', 'livePath'] as const

/** Names of the options. @internal */
export const RESTART_OPTIONS = [...TIMES, ...PATHS] as const

/** A timer of Node can not wait longer. */
const LONGEST = 2 ** 31 - 1

/**
 * Returns the settings; `undefined` if the option is off. Without the option, it is on in production.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function restartSettings(
  option: unknown,
  isProduction: boolean
): RestartSettings | undefined {
  if (option === false || (option === undefined && !isProduction)) return undefined
  if (option === undefined || option === true) return DEFAULTS
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new ConfigurationError(`${PATH}: use true, false, or an object with options`)
  }
  checkNames(option)
  const settings = { ...DEFAULTS, ...option }
  for (const name of TIMES) checkTime(name, settings[name])
  for (const name of PATHS) checkPath(name, settings[name])
  if (settings.drainDelay >= settings.shutdownTimeout) {
    throw new ConfigurationError(
      `${PATH}.drainDelay (${settings.drainDelay}) has to be less than shutdownTimeout (${settings.shutdownTimeout})`
    )
  }
  return settings
}

function checkNames(options: object): void {
  for (const name of Object.keys(options)) {
    if (RESTART_OPTIONS.some((each) => each === name) || name.startsWith('[')) continue
    const guess = nearestName(name, RESTART_OPTIONS)
    const hint = guess ? `did you mean "${guess}"?` : `there are ${RESTART_OPTIONS.join(', ')}`
    throw new ConfigurationError(`${PATH}.${name} is not known: ${hint}`)
  }
}

function checkTime(name: string, value: unknown): void {
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LONGEST) return
  throw new ConfigurationError(
    `${PATH}.${name} is ${JSON.stringify(value)}: use a number of milliseconds`
  )
}

function checkPath(name: string, value: unknown): void {
  if (value === false || (typeof value === 'string' && /^\/[\w./-]+$/.test(value))) return
  throw new ConfigurationError(
    `${PATH}.${name} is ${JSON.stringify(value)}: use a path such as "/health/ready", or false`
  )
}
