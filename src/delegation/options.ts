import { ConfigurationError } from '../errors.js'
import { nearestName } from '../lib/wording/closest.js'
import { described } from '../lib/wording/described.js'
import { isProduction } from '../lib/profile.js'
import { DAY, durationOf } from './duration.js'
import type { IasDelegation, SamlDelegation, UserTokenDelegation } from './tokens/way-options.js'

export type { CredentialStoreOptions } from './keys/credential-store/options.js'
export type {
  IasDelegation,
  SamlDelegation,
  SamlServiceProvider,
  UserTokenDelegation
} from './tokens/way-options.js'

/** Headers by which a backend executes a repeated request once. */
export type RepeatableRequests = 'oasis' | 'sap-gateway'

/** Options of `cds.requires.<service>.delegation`; `true` stands for all defaults, which do in development. */
export interface DelegationOptions {
  /** Time in which queued work runs as its author: `30m`, `24h`, `7d`. At most 30 days. Default: `24h`. */
  readonly validFor?: string
  /** Name of the entry of `cds.requires` whose binding has the keys. Needed in production; generated keys in development. */
  readonly credentials?: string
  /**
   * Headers for repeatable requests that the backend supports: `oasis` (`Repeatability-Request-ID`), `sap-gateway` (`RequestID`).
   * Default: none, and a call whose outcome is unknown is not repeated.
   */
  readonly repeatable?: RepeatableRequests
  /** `true`: to make a call of this service twice is the same as to make it once. Default: `false`. */
  readonly idempotent?: boolean
  /** Time for which the list of delegations keeps an entry after its end. Default: `30d`. */
  readonly retention?: string
  /** Way to a token by Identity Authentication. Default: none. */
  readonly ias?: IasDelegation
  /** Way to a token by a SAML 2.0 bearer assertion at the bound XSUAA. Default: none. */
  readonly saml?: SamlDelegation
  /** Way by a user token of the application, for destinations that declare its keys. Default: none. */
  readonly userToken?: UserTokenDelegation
}

/** A required service whose queued calls keep their author. */
export interface DelegatedService {
  /** Name in `cds.requires`. */
  readonly name: string
  /** Seconds. */
  readonly validFor: number
  /** Entry of `cds.requires` with the keys; `undefined` in development for generated ones. */
  readonly credentials: string | undefined
  readonly repeatable: RepeatableRequests | undefined
  readonly idempotent: boolean
  /** Seconds. */
  readonly retention: number
  /** Options as configured, with those of the ways to a token. */
  readonly options: DelegationOptions
}

/** Options in `delegation`; others are refused. @internal */
export const DELEGATION_OPTIONS: readonly string[] = [
  'validFor',
  'credentials',
  'repeatable',
  'idempotent',
  'retention',
  'ias',
  'saml',
  'userToken'
]

const LONGEST = 30 * DAY

/** Parts of a required service's configuration that matter for a delegation. */
interface Configured {
  readonly delegation?: unknown
  readonly onBehalfOf?: unknown
}

/** True if the configuration of a required service asks for a delegation. @internal */
export function isDelegated(configured: unknown): boolean {
  const { delegation } = (configured ?? {}) as Configured
  return delegation !== undefined && delegation !== null && delegation !== false
}

/**
 * Returns the delegation of a required service; `undefined` without one.
 *
 * @param name - of the required service
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function delegatedService(
  name: string,
  configured: Configured
): DelegatedService | undefined {
  if (!isDelegated(configured)) return undefined
  const { delegation, onBehalfOf } = configured
  const path = `cds.requires.${name}.delegation`
  if (delegation !== true && !isOptions(delegation)) {
    throw new ConfigurationError(`${path} is ${described(delegation)}: use true, or an object`)
  }
  const options: DelegationOptions = delegation === true ? {} : delegation
  checkNames(path, options)
  if (onBehalfOf !== 'namedUser') {
    throw new ConfigurationError(
      `${path} is set, and cds.requires.${name}.onBehalfOf is not "namedUser": only calls on behalf of a "namedUser" have an author`
    )
  }
  const {
    credentials,
    repeatable,
    idempotent = false
  }: Readonly<Record<string, unknown>> = {
    ...options
  }
  if (credentials !== undefined && (typeof credentials !== 'string' || !credentials)) {
    throw new ConfigurationError(`${path}.credentials: use the name of an entry of cds.requires`)
  }
  if (credentials === undefined && isProduction()) {
    throw new ConfigurationError(
      `${path} has no "credentials": name the entry of cds.requires whose binding has the keys ("npx ` +
        'cds-principal delegations init" makes them). Keys are generated in development only'
    )
  }
  if (repeatable !== undefined && repeatable !== 'oasis' && repeatable !== 'sap-gateway') {
    const found = described(repeatable)
    throw new ConfigurationError(`${path}.repeatable is ${found}: use "oasis" or "sap-gateway"`)
  }
  if (typeof idempotent !== 'boolean') {
    throw new ConfigurationError(`${path}.idempotent is ${described(idempotent)}: use true`)
  }
  const validFor = durationOf(`${path}.validFor`, options.validFor ?? '24h', LONGEST)
  const retention = durationOf(`${path}.retention`, options.retention ?? '30d', 3650 * DAY)
  return { name, validFor, credentials, repeatable, idempotent, retention, options }
}

/** Returns all required services with a delegation. @throws {@link ConfigurationError} @internal */
export function delegatedServices(requires: Readonly<Record<string, unknown>>): DelegatedService[] {
  return Object.entries(requires).flatMap(([name, configured]) => {
    if (name === 'kinds' || typeof configured !== 'object' || !configured) return []
    return delegatedService(name, configured) ?? []
  })
}

function isOptions(value: unknown): value is DelegationOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkNames(path: string, options: DelegationOptions): void {
  const unknown = Object.keys(options).find((name) => !DELEGATION_OPTIONS.includes(name))
  if (unknown === undefined) return
  const guess = nearestName(unknown, DELEGATION_OPTIONS)
  const advice = guess ? `did you mean "${guess}"?` : `use ${DELEGATION_OPTIONS.join(', ')}`
  throw new ConfigurationError(`${path}.${unknown} is not known: ${advice}`)
}
