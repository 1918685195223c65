import type { RequiredService } from '../../../cap-types.js'
import { ConfigurationError } from '../../../errors.js'
import { nearestName } from '../../../lib/wording/closest.js'
import { described } from '../../../lib/wording/described.js'
import { DAY, durationOf } from '../../duration.js'

/** Place of the keys in the SAP Credential Store: `cds.requires.<name>.credentialStore`. */
export interface CredentialStoreOptions {
  /** Namespace of the key. Default: `cds-principal`. */
  readonly namespace?: string
  /** Name of the credential, of type key. Default: `delegation-keys`. */
  readonly name?: string
  /** Time after which the store is read again: `30s`, `5m`, `1h`. At most a day. Default: `5m`. */
  readonly refresh?: string
}

/** Options with their defaults. */
export interface StorePlace {
  readonly namespace: string
  readonly name: string
  /** Seconds. */
  readonly refresh: number
}

const OPTION = 'credentialStore'

/** Options in `credentialStore`; others are refused. @internal */
export const STORE_OPTIONS: readonly string[] = ['namespace', 'name', 'refresh']

/** Name of the service offering, and of this package's kind for it. */
const LABEL = 'credstore'

/** Characters that the service allows in a namespace. @see help.sap.com, "SAP Credential Store", "Service Features" */
const NAMESPACE = /^[\w.:!~-]{1,100}$/
const NAME = /^.{1,255}$/

type Entry = RequiredService & { readonly credentialStore?: unknown }

/** True for an entry of `cds.requires` that is a Credential Store: by its kind or label, its options, or its binding. @internal */
export function isCredentialStore(entry: Entry | undefined): entry is Entry {
  if (!entry) return false
  const { kind, vcap, credentials } = entry
  if (kind === LABEL || vcap?.label === LABEL || entry.credentialStore !== undefined) return true
  const { recordKeys, url, encryption } = (credentials ?? {}) as Record<string, unknown>
  return recordKeys === undefined && typeof url === 'string' && encryption !== undefined
}

/**
 * Returns where the keys are in the Credential Store.
 *
 * @param path - of the entry of `cds.requires`
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function storeOptions(path: string, entry: Entry): StorePlace {
  const misspelt = Object.keys(entry).find((name) => nearestName(name, [OPTION]))
  if (misspelt !== undefined) {
    throw new ConfigurationError(`${path}.${misspelt} is not known: did you mean "${OPTION}"?`)
  }
  const place = `${path}.${OPTION}`
  const options = optionsOf(place, entry.credentialStore ?? {})
  const { namespace = 'cds-principal', name = 'delegation-keys', refresh = '5m' } = options
  if (typeof namespace !== 'string' || !NAMESPACE.test(namespace)) {
    throw new ConfigurationError(
      `${place}.namespace is ${described(namespace)}: use up to 100 letters, digits and characters of _-.:!~`
    )
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new ConfigurationError(
      `${place}.name is ${described(name)}: use the name of a credential of type key`
    )
  }
  return { namespace, name, refresh: durationOf(`${place}.refresh`, refresh, DAY) }
}

function optionsOf(place: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`${place} is ${described(value)}: use an object`)
  }
  const unknown = Object.keys(value).find((each) => !STORE_OPTIONS.includes(each))
  if (unknown === undefined) return value as Record<string, unknown>
  const guess = nearestName(unknown, STORE_OPTIONS)
  const advice = guess ? `did you mean "${guess}"?` : `use ${STORE_OPTIONS.join(', ')}`
  throw new ConfigurationError(`${place}.${unknown} is not known: ${advice}`)
}
