import { isDeepStrictEqual } from 'node:util'

import { PrincipalError } from '../../../errors.js'
import { logFailure, logInfo, logWarning } from '../../../lib/log.js'
import { storeClient } from './client.js'
import type { StorePlace } from './options.js'
import { readStore } from './read.js'

/** Keys in the Credential Store, which is read again from time to time. */
export interface StoredKeys {
  /** Place in words, for messages. */
  readonly path: string
  /** Content that was read last; `undefined` before that. */
  readonly values: object | undefined
  /** Resolves once the content was read. Rejects if it can't be read; then the next call tries again. */
  loaded(): Promise<void>
  /**
   * Reads the store because of a key that is not known, not more often than {@link SHORTEST} allows. Never rejects.
   *
   * @returns true if the store was read after this call
   */
  look(): Promise<boolean>
}

/** Milliseconds between two reads because of a key that is not known. */
const SHORTEST = 60_000

/**
 * Prepares keys in the Credential Store.
 *
 * @param path - of the entry of `cds.requires`
 * @param accept - rejects content that has no usable keys: then the former keys stay
 * @throws {@link ConfigurationError} for a binding that can't work
 * @internal
 */
export function storedKeys(
  path: string,
  credentials: object | undefined,
  place: StorePlace,
  accept: (values: object, path: string, former: object | undefined) => Promise<void>
): StoredKeys {
  const client = storeClient(path, credentials)
  const words = `${path} (key "${place.name}" in the Credential Store)`
  let values: object | undefined
  let reading: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let again: Promise<boolean> | undefined
  let lastLook = 0

  const read = async () => {
    const found = await readStore(client, place)
    if (isDeepStrictEqual(found, values)) return
    await accept(found, words, values)
    if (values) logInfo(`keys of delegations were replaced: ${path}`)
    values = found
  }
  const readOnce = () => (reading ??= read().finally(() => (reading = undefined)))
  const tryToRead = async () => {
    try {
      await readOnce()
      return true
    } catch (error) {
      // the former keys stay
      if (error instanceof PrincipalError) logFailure(error)
      else logWarning(`${words} has keys that can't be imported: the former ones stay`)
      return false
    }
  }
  const readAgain = () => (again ??= tryToRead().finally(() => (again = undefined)))

  return {
    path: words,
    get values() {
      return values
    },
    loaded: async () => {
      if (values) return
      await readOnce()
      timer ??= setInterval(() => void readAgain(), place.refresh * 1000).unref()
    },
    look: async () => {
      await again // it can have begun before the key was there
      if (!again) {
        if (Date.now() - lastLook < SHORTEST) return false
        lastLook = Date.now()
      }
      return readAgain()
    }
  }
}
