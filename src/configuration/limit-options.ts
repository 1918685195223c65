import { ConfigurationError } from '../errors.js'
import { nearestName } from '../lib/wording/closest.js'
import { DEFAULT_LIMITS, limits } from '../lib/limits/limits.js'

const PATH = 'cds.requires.auth.limits'

/** Options of `cds.requires.auth.limits`: what an instance uses at most at the same time, for all its tenants and users. */
export interface LimitOptions {
  /**
   * Sockets to remote systems and to the Connectivity proxy. One tenant uses at most four fifths of them. Default: 2,000.
   */
  readonly sockets?: number
  /** Calls that wait for a socket; another one fails with `ERR_REMOTE_LIMIT`. Default: 10,000. */
  readonly waitingCalls?: number
  /**
   * Requests to XSUAA, Identity Authentication and the Destination service. One tenant uses at most four fifths of them. Default:
   * 100.
   */
  readonly platformRequests?: number
}

/** Names of the options. @internal */
export const LIMIT_OPTIONS = Object.keys(DEFAULT_LIMITS) as readonly (keyof LimitOptions)[]

/**
 * Sets the limits of this process.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function configureLimits(option: unknown): void {
  if (option === undefined) return
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new ConfigurationError(`${PATH}: use an object with options`)
  }
  for (const [name, value] of Object.entries(option)) {
    if (name.startsWith('[')) continue
    if (!LIMIT_OPTIONS.some((each) => each === name)) {
      const guess = nearestName(name, LIMIT_OPTIONS)
      const hint = guess ? `did you mean "${guess}"?` : `there are ${LIMIT_OPTIONS.join(', ')}`
      throw new ConfigurationError(`${PATH}.${name} is not known: ${hint}`)
    }
    if (!Number.isInteger(value) || Number(value) < 1) {
      throw new ConfigurationError(
        `${PATH}.${name} is ${JSON.stringify(value)}: use a number from 1`
      )
    }
  }
  const known = Object.entries(option).filter(([name]) => Object.hasOwn(DEFAULT_LIMITS, name))
  Object.assign(limits, DEFAULT_LIMITS, Object.fromEntries(known))
}
