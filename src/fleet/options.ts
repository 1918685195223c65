import { isDeepStrictEqual } from 'node:util'

import { ConfigurationError } from '../errors.js'
import { nearestName, slipOf } from '../lib/wording/closest.js'
import { isProduction } from '../lib/profile.js'
import { REDIS_PROPERTIES, type RedisCredentials } from './address.js'

/** Entry of `cds.requires` with the shared cache. */
const ENTRY = 'principal-cache'
const PATH = `cds.requires.${ENTRY}`

/** Its kind. */
const KIND = 'principal-redis'

/** Options of `cds.requires.principal-cache`. */
export interface SharedCacheOptions {
  /**
   * Name of the entry of `cds.requires` whose binding has the secret, as `cacheSecrets`. Without it, production does not start, and
   * the cache is off in development.
   */
  readonly encryptWith?: string
  /** `true`: tokens of users are shared as well. Default: `false`. */
  readonly userTokens?: boolean
}

/** The shared cache as configured. */
export interface SharedCacheSettings {
  readonly redis: RedisCredentials
  /** Entry of `cds.requires` with the secrets. */
  readonly encryptWith: string
  readonly userTokens: boolean
}

/** Options of this package in the entry. @internal */
export const CACHE_OPTIONS = ['encryptWith', 'userTokens'] as const

/** Options of CAP in the entry. */
const OF_CAP = ['kind', 'credentials', 'vcap', 'binding', 'impl', 'service', 'model', 'external']

type Options = Readonly<Record<string, unknown>>
type Requires = Readonly<Record<string, unknown>>

/**
 * Returns the shared cache that is configured; `undefined` if there is none.
 *
 * @returns a text in place of settings, if in development something is missing
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function sharedCacheSettings(requires: Requires): SharedCacheSettings | string | undefined {
  checkName(requires)
  const entry = requires[ENTRY]
  if (entry === undefined || entry === null || entry === false) return undefined
  const options = asOptions(entry)
  checkOptions(options)
  const { encryptWith, userTokens = false } = options as SharedCacheOptions & Options
  const redis = redisOf(requires, ENTRY) ?? redisOf(requires, 'redis')
  const missing = !redis ? noRedis(requires) : encryptWith === undefined ? NO_SECRET : undefined
  if (redis && encryptWith !== undefined) {
    // CAP makes an object of its own for each entry of the same binding
    const other = credentialsOf(requires[encryptWith])
    if (encryptWith === ENTRY || isDeepStrictEqual(other, redis)) {
      throw new ConfigurationError(
        `${PATH}.encryptWith names the binding of Redis: the secret has to be one that Redis does not know`
      )
    }
    return { redis, encryptWith, userTokens }
  }
  if (isProduction())
    throw new ConfigurationError(`${missing ?? ''} (docs/scaling.md of the emulator)`)
  return `${missing ?? ''}. It is off in this process`
}

/** Says what is missing: credentials, or the address in those that there are. */
function noRedis(requires: Requires): string {
  const entry = [ENTRY, 'redis'].find((each) => Object.keys(credentialsOf(requires[each])).length)
  return entry
    ? `cds.requires.${entry}.credentials has no "uri" and no "hostname" of Redis: set one of them`
    : `${PATH} has no credentials: bind a Redis (label "redis-cache"), or set cds.requires.redis`
}

const NO_SECRET = `${PATH}.encryptWith is missing: name the entry of cds.requires whose binding has "cacheSecrets"`

/** Another entry of that kind, or an entry with nearly that name, would be without effect. */
function checkName(requires: Requires): void {
  for (const [name, entry] of Object.entries(requires)) {
    const isOfKind = asOptions(entry)['kind'] === KIND || entry === KIND
    if (name !== ENTRY && name !== 'kinds' && isOfKind) {
      throw new ConfigurationError(`cds.requires.${name} is of kind "${KIND}": call it "${ENTRY}"`)
    }
  }
}

function checkOptions(options: Options): void {
  const { kind, encryptWith, userTokens } = options
  if (kind !== KIND) {
    throw new ConfigurationError(`${PATH}.kind is ${JSON.stringify(kind)}: use "${KIND}"`)
  }
  for (const name of Object.keys(options)) {
    if (OF_CAP.includes(name) || name.startsWith('[')) continue
    if (CACHE_OPTIONS.some((each) => each === name)) continue
    const guess = nearestName(name, CACHE_OPTIONS)
    const hint = guess ? `did you mean "${guess}"?` : `there are ${CACHE_OPTIONS.join(', ')}`
    throw new ConfigurationError(`${PATH}.${name} is not known: ${hint}`)
  }
  if (encryptWith !== undefined && (typeof encryptWith !== 'string' || !encryptWith)) {
    throw new ConfigurationError(`${PATH}.encryptWith: use the name of an entry of cds.requires`)
  }
  if (userTokens !== undefined && typeof userTokens !== 'boolean') {
    throw new ConfigurationError(`${PATH}.userTokens is ${JSON.stringify(userTokens)}: use true`)
  }
}

/** Returns the credentials of an entry; `undefined` without an address of Redis. */
function redisOf(requires: Requires, entry: string): RedisCredentials | undefined {
  const credentials = credentialsOf(requires[entry])
  const { uri, hostname, sentinel_nodes: nodes } = credentials
  checkCredentials(`cds.requires.${entry}.credentials`, credentials)
  return (uri ?? hostname ?? nodes) ? credentials : undefined
}

/** Refuses a misspelt property, unless there is nothing that it would have added. */
function checkCredentials(path: string, credentials: Options): void {
  const { uri, hostname, sentinel_nodes: nodes } = credentials
  const unused = uri ? ['hostname', 'port'] : (hostname ?? nodes) ? ['uri'] : []
  const missing = REDIS_PROPERTIES.filter((each) => !(each in credentials || unused.includes(each)))
  for (const name of Object.keys(credentials)) {
    if (REDIS_PROPERTIES.some((each) => each === name)) continue
    const guess = slipOf(name, missing) ?? nearestName(name, missing)
    if (guess)
      throw new ConfigurationError(`${path}.${name} is not known: did you mean "${guess}"?`)
  }
}

function credentialsOf(entry: unknown): Options {
  return asOptions(asOptions(entry)['credentials'])
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {}
}
