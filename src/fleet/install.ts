import cds from '@sap/cds'

import { logWarning } from '../lib/log.js'
import { setSharedCache } from '../lib/sharing/shared-cache.js'
import { addressOf } from './address.js'
import { newClient, redisLibrary } from './connection.js'
import { FleetCache } from './fleet-cache.js'
import { sharedCacheSettings } from './options.js'
import { RedisStore } from './redis-store.js'
import { boundSecrets, Sealing } from './sealing.js'

let installed: FleetCache | undefined

/** Returns the shared cache of this process; `undefined` if there is none. @internal */
export function fleetCache(): FleetCache | undefined {
  return installed
}

/**
 * Prepares the cache that is shared with other instances, if one is configured. The connection is made in the background: a Redis
 * that is away stops no start.
 *
 * @returns a promise for the first attempt to connect, which never fails
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function installFleetCache(requires: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = sharedCacheSettings(requires)
  if (settings === undefined) return Promise.resolve()
  if (typeof settings === 'string') {
    logWarning(settings)
    return Promise.resolve()
  }
  const library = redisLibrary()
  const address = addressOf(settings.redis)
  const sealing = new Sealing(boundSecrets(settings.encryptWith, requires))
  const store = new RedisStore((attempt) => newClient(address, attempt, library))
  const cache = new FleetCache(store, sealing, settings.userTokens)
  installed = cache
  setSharedCache(cache)
  cds.once('shutdown', () => {
    setSharedCache(undefined)
    cache.end()
  })
  return store.start()
}
