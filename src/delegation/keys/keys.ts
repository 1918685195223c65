import { cap } from '../../cap.js'
import { ConfigurationError, DelegationError } from '../../errors.js'
import type { DelegatedService } from '../options.js'
import { type AssertionKey, assertionKeysOf } from './assertion-keys.js'
import { isCredentialStore, storeOptions } from './credential-store/options.js'
import { type StoredKeys, storedKeys } from './credential-store/stored-keys.js'
import { generatedKeys, type RecordKeys, recordKeysOf } from './record-keys.js'

/** Place with the keys of an application. */
interface KeySource {
  /** Keys by property; another object when there are other keys. */
  readonly values: object
  /** Place in words, to which a property is added. */
  readonly path: string
}

type Property = 'recordKeys' | 'assertionKeys'

let ofProcess: Promise<RecordKeys> | undefined
const recordKeysIn = new WeakMap<object, Promise<RecordKeys>>()
const assertionKeysIn = new WeakMap<object, readonly AssertionKey[]>()

/**
 * Returns the keys for records: those of a binding or of the Credential Store, or in development generated ones.
 *
 * @param name - entry of `cds.requires`; `undefined` for generated keys, which end with the process
 * @param kid - of a record: if no key has it, the Credential Store is read again
 * @throws {@link ConfigurationError}
 * @throws {@link DelegationError} `ERR_DELEGATION_KEYS` if the store can't be read, or was not read because of this key
 * @internal
 */
export async function recordKeys(name: string | undefined, kid?: unknown): Promise<RecordKeys> {
  if (name === undefined) return (ofProcess ??= generatedKeys())
  const keys = await recordKeysFrom(await loadedSource(name))
  const store = stores.get(name)
  if (!store || typeof kid !== 'string' || keys.publicKeys.has(kid)) return keys
  const isCurrent = await store.look()
  const found = await recordKeysFrom(sourceOf(name))
  if (isCurrent || found.publicKeys.has(kid)) return found
  throw new DelegationError(
    'ERR_DELEGATION_KEYS',
    `a record has a key that is not known, and ${store.path} was not read since`,
    { fix: 'Nothing was sent. The queue tries again.' }
  )
}

/**
 * Returns the keys for assertions and ID tokens about authors: the first one signs, the second one is tried where the platform does not
 * accept the first one (any more). Those of the Credential Store are there once {@link recordKeys} was called.
 *
 * @throws {@link ConfigurationError} that names the property, and no value
 * @internal
 */
export function assertionKeys({ name, credentials }: DelegatedService): readonly AssertionKey[] {
  if (credentials === undefined) {
    throw new ConfigurationError(
      `cds.requires.${name}.delegation has no "credentials": name the entry of cds.requires whose binding has the keys. Without ` +
        'them ("npx cds-principal delegations init" makes them), only the emulated services trust the application'
    )
  }
  return assertionKeysFrom(sourceOf(credentials))
}

async function recordKeysFrom(source: KeySource): Promise<RecordKeys> {
  const { values } = source
  const found = recordKeysIn.get(values) ?? recordKeysOf(...placeOf(source, 'recordKeys'))
  recordKeysIn.set(values, found)
  return found
}

function assertionKeysFrom(source: KeySource): readonly AssertionKey[] {
  const { values } = source
  const found = assertionKeysIn.get(values) ?? assertionKeysOf(...placeOf(source, 'assertionKeys'))
  assertionKeysIn.set(values, found)
  return found
}

function placeOf({ path, values }: KeySource, property: Property): [string, unknown] {
  return [`${path}.${property}`, (values as Partial<Record<Property, unknown>>)[property]]
}

/** Keys in the Credential Store, by entry of `cds.requires`. */
const stores = new Map<string, StoredKeys>()

async function loadedSource(name: string): Promise<KeySource> {
  const entry = cap.env.requires[name]
  if (!stores.has(name) && isCredentialStore(entry)) {
    const path = `cds.requires.${name}`
    stores.set(name, storedKeys(path, entry.credentials, storeOptions(path, entry), accept))
  }
  await stores.get(name)?.loaded()
  return sourceOf(name)
}

function sourceOf(name: string): KeySource {
  const stored = stores.get(name)
  if (stored) return { values: stored.values ?? {}, path: stored.path }
  const values = cap.env.requires[name]?.credentials ?? {}
  return { values, path: `cds.requires.${name}.credentials` }
}

/** Imports keys that were read, so that those that are no keys, or lack some, take no others' place. */
async function accept(values: object, path: string, former: object = {}): Promise<void> {
  const source = { values, path }
  await recordKeysFrom(source)
  if ([values, former].some((each) => Object.hasOwn(each, 'assertionKeys')))
    assertionKeysFrom(source)
}
