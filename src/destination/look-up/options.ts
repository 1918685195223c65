import type { DestinationFetchOptions } from '@sap-cloud-sdk/connectivity'

import { nearestName } from '../../lib/wording/closest.js'
import { ConfigurationError } from '../../errors.js'
import { type Chain, chainProblem } from './chains.js'

/** Level on which a destination is looked up, without falling back to another one. */
export type DestinationLevel =
  'subaccount' | 'instance' | 'provider_subaccount' | 'provider_instance'

/** Parts of `destinationOptions` that the Destination service is asked with. */
export interface LookUpOptions {
  /** Fragments that the Destination service puts into the destination, in this order. */
  fragmentName?: string | readonly string[]
  /**
   * True if the destination is used as it is when the fragment does not exist. Only with one
   * fragment. Default: `false`.
   */
  fragmentOptional?: boolean
  /**
   * Level of the destination; no other level is searched. Default: the service instance's
   * destination, else the subaccount's.
   */
  level?: DestinationLevel
  /** Chain of the Destination service through which it gets the user's token for the destination. Default: none. */
  chain?: Chain
  /**
   * Label of the bound service whose token of the application is sent as the actor's, for
   * `OAuth2TokenExchange`.
   */
  actorToken?: 'xsuaa'
}

/** Name of one of the Cloud SDK's `DestinationSelectionStrategies`. */
export type SelectionStrategy = 'alwaysProvider' | 'alwaysSubscriber' | 'subscriberFirst'

/** Names of all selection strategies. @internal */
export const STRATEGIES: readonly SelectionStrategy[] = [
  'alwaysProvider',
  'alwaysSubscriber',
  'subscriberFirst'
]

/**
 * Returns a selection strategy by its name; `undefined` for any other value. CAP 9 replaces the name by the Cloud SDK's
 * function of that name.
 *
 * @internal
 */
export function strategyNamed(value: unknown): SelectionStrategy | undefined {
  const name: unknown = typeof value === 'function' ? value.name : value
  return STRATEGIES.find((each) => each === name)
}

/**
 * Options of a destination: `cds.requires.<service>.destinationOptions`. Other options of the Cloud
 * SDK (`jwt`, `iss`, `isolationStrategy`, `retry`) have no effect: the principal and the tenant of
 * the context decide.
 */
export type DestinationOptions = Omit<
  DestinationFetchOptions,
  'destinationName' | 'selectionStrategy'
> & {
  /** Default: `alwaysSubscriber` for calls of a named user and of `systemUser`, `subscriberFirst` for all others. */
  selectionStrategy?: SelectionStrategy
} & LookUpOptions

/** Options of a look-up, ready to be sent. */
export interface LookUp {
  readonly level?: DestinationLevel | undefined
  /** Names of the fragments, separated by commas. */
  readonly fragments?: string | undefined
  readonly optional?: boolean | undefined
}

const LEVELS: readonly DestinationLevel[] = [
  'subaccount',
  'instance',
  'provider_subaccount',
  'provider_instance'
]

/** Checks of the values of all options. */
const OPTIONS: Readonly<Record<string, (value: unknown) => boolean>> = {
  selectionStrategy: (value) => strategyNamed(value) !== undefined,
  iasToXsuaaTokenExchange: isBoolean,
  useCache: isBoolean,
  refreshToken: isText,
  fragmentName: (value) => fragmentsOf(value) !== undefined,
  fragmentOptional: isBoolean,
  level: (value) => LEVELS.includes(value as DestinationLevel),
  chain: (value) => !chainProblem(value),
  actorToken: (value) => value === 'xsuaa'
}

/** Names of all options. @internal */
export const DESTINATION_OPTIONS = Object.keys(OPTIONS)

/** Options of CAP and the SAP Cloud SDK that have no effect here. */
const WITHOUT_EFFECT = [
  'jwt',
  'iss',
  'isolationStrategy',
  'retry',
  'cacheVerificationKeys',
  'destinationName'
]

/**
 * Pattern of the name of a fragment, with its level if the destination has one. It excludes commas
 * and characters that a header cannot have.
 */
const FRAGMENT = /^[\w.-]+(@(subaccount|instance|provider_subaccount|provider_instance))?$/

/**
 * Refuses unknown options, wrong values, and options that contradict each other: a destination
 * without its fragment can lead elsewhere.
 *
 * @param path - of the options, for the message
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function checkDestinationOptions(path: string, options: object): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (WITHOUT_EFFECT.includes(name)) continue
    const isValid = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
    if (!isValid) throw unknownOption(`${path}.${name}`, name)
    if (value !== undefined && value !== null && !isValid(value))
      throw wrongValue(path, name, value)
  }
  const reason = conflict(options)
  if (reason) throw new ConfigurationError(`${path}.${reason}`)
}

function unknownOption(path: string, name: string): ConfigurationError {
  const known = Object.keys(OPTIONS)
  const guess = nearestName(name, known)
  const hint = guess ? `did you mean "${guess}"?` : `there are ${known.join(', ')}`
  return new ConfigurationError(`${path} is not known: ${hint}`)
}

/**
 * Creates the error for a wrong value. It repeats only values of which there are a few names, as others can be
 * secret.
 */
function wrongValue(path: string, name: string, value: unknown): ConfigurationError {
  switch (name) {
    case 'level':
      return notOneOf(`${path}.level`, value, LEVELS)
    case 'selectionStrategy':
      return notOneOf(`${path}.selectionStrategy`, value, STRATEGIES)
    case 'chain':
      return new ConfigurationError(`${path}.chain${chainProblem(value) ?? ''}`)
    case 'actorToken':
      return new ConfigurationError(`${path}.actorToken can only be "xsuaa"`)
    case 'fragmentName':
      return new ConfigurationError(`${path}.fragmentName has to be a name, or a list of names`)
    default:
      return new ConfigurationError(
        `${path}.${name} has another type: see docs/destinations.md of the emulator`
      )
  }
}

function notOneOf(path: string, value: unknown, names: readonly string[]): ConfigurationError {
  const guess = typeof value === 'string' ? nearestName(value, names) : undefined
  const hint = guess ? `did you mean "${guess}"?` : `use one of ${names.join(', ')}`
  const given = typeof value === 'function' ? 'a function' : JSON.stringify(value)
  return new ConfigurationError(`${path} is ${given}: ${hint}`)
}

function conflict(options: LookUpOptions & { selectionStrategy?: unknown }): string | undefined {
  const { fragmentName, fragmentOptional, level, selectionStrategy, chain, actorToken } = options
  const fragments = fragmentsOf(fragmentName)
  if (fragmentOptional && fragments?.length !== 1) {
    return 'fragmentOptional goes with exactly one fragment in "fragmentName", as in the Destination service'
  }
  if (!level && fragments?.some((name) => name.includes('@'))) {
    return 'fragmentName with a level needs the "level" of the destination as well'
  }
  if (level && selectionStrategy) {
    return 'level says where the destination is: leave "selectionStrategy" out'
  }
  if (chain && level) {
    return 'chain goes with a look-up without "level" only, as in the Destination service'
  }
  return chain && actorToken
    ? 'actorToken has no effect with a "chain": leave one of them out'
    : undefined
}

/**
 * Returns the options of the look-up.
 *
 * @param options - that were checked
 * @internal
 */
export function lookUpOf({ fragmentName, fragmentOptional, level }: LookUpOptions): LookUp {
  return { level, fragments: fragmentsOf(fragmentName)?.join(), optional: fragmentOptional }
}

/** Returns the headers of a look-up. @internal */
export function lookUpHeaders({ fragments, optional }: LookUp): Record<string, string> {
  if (!fragments) return {}
  return { 'X-fragment-name': fragments, ...(optional && { 'X-fragment-optional': 'true' }) }
}

function fragmentsOf(value: unknown): readonly string[] | undefined {
  const names: readonly unknown[] = [value].flat()
  return names.length && names.every((name) => isText(name) && FRAGMENT.test(name))
    ? (names as string[])
    : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}
