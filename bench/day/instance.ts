import { createRequire } from 'node:module'
import { join, sep } from 'node:path'

import type { TrustedIssuer } from '../../src/inbound/authenticator.js'
import type { XsuaaCredentials } from '../../src/token/issuers/credentials.js'

const DIST = join(__dirname, '../../dist')

/** The shared cache of instances; `undefined` for none. */
export type SharedCache =
  { readonly uri: string; readonly secret: string; readonly userTokens: boolean } | undefined

const load = createRequire(__filename)

/** Loads the plugin's own modules once more, with caches of their own; packages stay as they are. */
function freshModules() {
  for (const path of Object.keys(load.cache)) {
    if (path.startsWith(DIST + sep)) Reflect.deleteProperty(load.cache, path)
  }
  const own = (path: string): unknown => load(join(DIST, path))
  return {
    ...(own('inbound/authenticator.js') as typeof import('../../src/inbound/authenticator.js')),
    ...(own('destination/resolve/resolve.js') as Resolve),
    ...(own('user/principal.js') as typeof import('../../src/user/principal.js')),
    ...(own('lib/lifecycle/warm-up.js') as typeof import('../../src/lib/lifecycle/warm-up.js')),
    ...(own('fleet/drain/warm-up.js') as typeof import('../../src/fleet/drain/warm-up.js')),
    ...(own('lib/sharing/shared-cache.js') as Sharing),
    ...(own('fleet/fleet-cache.js') as typeof import('../../src/fleet/fleet-cache.js')),
    ...(own('fleet/redis-store.js') as typeof import('../../src/fleet/redis-store.js')),
    ...(own('fleet/address.js') as typeof import('../../src/fleet/address.js')),
    ...(own('fleet/connection.js') as typeof import('../../src/fleet/connection.js')),
    ...(own('fleet/sealing.js') as typeof import('../../src/fleet/sealing.js'))
  }
}

type Resolve = typeof import('../../src/destination/resolve/resolve.js')
type Sharing = typeof import('../../src/lib/sharing/shared-cache.js')
type Modules = ReturnType<typeof freshModules>
type Store = InstanceType<Modules['RedisStore']>

/** Destinations that each request calls as its user. */
const DESTINATIONS = ['SYSTEM', 'EXCHANGING']

/** Milliseconds for the warm-up, as by default. */
const WARM_UP = 10_000

/** An instance of the application, with all of the plugin between a request and the call that it makes. */
export class Instance {
  readonly #modules: Modules
  readonly #authenticator: InstanceType<Modules['Authenticator']>
  readonly #store: Store | undefined
  readonly #written = new Set<Promise<unknown>>()

  private constructor(xsuaa: XsuaaCredentials, cache: SharedCache) {
    const modules = freshModules()
    this.#modules = modules
    const trusted = modules.trustedIssuers({ kind: 'principal' }, { xsuaa })
    this.#authenticator = new modules.Authenticator(trusted)
    this.#store = cache && this.#connectedTo(cache)
    this.#prepareWarmUp(trusted)
  }

  /** Starts an instance: it has what it needs first when it is there. */
  static async start(xsuaa: XsuaaCredentials, cache: SharedCache): Promise<Instance> {
    const instance = new Instance(xsuaa, cache)
    await instance.#store?.start()
    await instance.#modules.warmUp(WARM_UP)
    await instance.settled()
    return instance
  }

  /** True if the shared cache works, or if there is none. */
  get isConnected(): boolean {
    return this.#store?.isUp ?? true
  }

  /** Authenticates a request and prepares all calls that it makes. */
  async request(bearerToken: string): Promise<void> {
    const known = this.#authenticator.recall(bearerToken)
    const { identity } = known ?? (await this.#authenticator.verify(bearerToken, {}))
    const { resolveDestination, TokenPrincipal } = this.#modules
    const user = new TokenPrincipal({ ...identity, bearerToken })
    await Promise.all(DESTINATIONS.map((name) => resolveDestination(name, user)))
  }

  /** Resolves when everything is in the shared cache that nobody waits for. */
  async settled(): Promise<void> {
    while (this.#written.size) await Promise.all(this.#written)
  }

  stop(): void {
    this.#store?.end()
  }

  #connectedTo({ uri, secret, userTokens }: NonNullable<SharedCache>): Store {
    const { RedisStore, FleetCache, Sealing, addressOf, newClient, setSharedCache } = this.#modules
    const store = new RedisStore((attempt) => newClient(addressOf({ uri }), attempt))
    for (const name of ['write', 'remove', 'unlock'] as const) this.#track(store, name)
    setSharedCache(new FleetCache(store, new Sealing([secret]), userTokens))
    return store
  }

  /** Notes what is sent to Redis and not waited for. */
  #track(store: Store, name: 'write' | 'remove' | 'unlock'): void {
    const send = store[name].bind(store) as (...args: unknown[]) => Promise<void>
    store[name] = (...args: unknown[]) => {
      const sent = send(...args).finally(() => this.#written.delete(sent))
      this.#written.add(sent)
      return sent
    }
  }

  #prepareWarmUp(trusted: readonly TrustedIssuer[]): void {
    const { warmAtStart, warmDestinations } = this.#modules
    for (const { issuer } of trusted) {
      warmAtStart(`keys of issuer "${issuer.alias}"`, async () => issuer.loadKeys?.())
    }
    const required = DESTINATIONS.map((destination) => [
      destination,
      { credentials: { destination } }
    ])
    warmDestinations(Object.fromEntries(required) as never)
  }
}
