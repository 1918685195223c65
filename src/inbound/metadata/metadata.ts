import type { IncomingMessage, ServerResponse } from 'node:http'

import { cap } from '../../cap.js'
import { nearestName } from '../../lib/wording/closest.js'
import { ConfigurationError } from '../../errors.js'
import { logWarning } from '../../lib/log.js'
import type { AuthOptions, Bindings, MetadataHost, MetadataOptions } from '../../options.js'
import {
  authorizationServers,
  checkIdentities,
  isShared,
  scopesSupported,
  xsuaaMetadata
} from './authorization-servers.js'
import { endpointOf, endpointOfMetadata, WELL_KNOWN } from './endpoints.js'
import { addressReader, type ClientAddress } from './hosts.js'

/** Path of the metadata of an authorization server (RFC 8414, section 3). */
const AUTHORIZATION_SERVER = '/.well-known/oauth-authorization-server'

const OPTION = 'cds.requires.auth.metadata'

const NAMES = ['hosts', 'authorizationServer']
const HOST_NAMES = ['host', 'subdomain', 'identity']

/**
 * Metadata of the application's endpoints, by which a client that knows nothing but a URL learns where its user logs on.
 *
 * @see RFC 9728
 * @internal
 */
export class ResourceMetadata {
  readonly #bindings: Bindings
  readonly #issuers: readonly string[]
  readonly #addressOf: (req: IncomingMessage) => ClientAddress | undefined
  readonly #hasAuthorizationServer: boolean
  #hasWarned = false

  constructor({ hosts = [], authorizationServer }: MetadataOptions, all: AllIssuers) {
    const { bindings, issuers } = all
    checkIdentities(bindings, hosts)
    this.#bindings = bindings
    this.#issuers = issuers
    this.#addressOf = addressReader(hosts, bindings.xsuaa !== undefined && isShared(bindings.xsuaa))
    this.#hasAuthorizationServer = authorizationServer ?? false
  }

  /** Returns the URL of the metadata of the endpoint that a request is for; `undefined` if there is none. */
  urlFor(req: IncomingMessage): string | undefined {
    const address = this.#addressOf(req)
    const endpoint = address && endpointOf(req)
    if (!endpoint || !this.#servers(address).length) return undefined
    return `${address.origin}${WELL_KNOWN}${endpoint.path}`
  }

  /** Answers requests for the metadata of an endpoint, or of XSUAA if that is configured. */
  mount(app: NonNullable<typeof cap.app>): void {
    app.use(
      WELL_KNOWN,
      answering((req) => this.#resource(req))
    )
    if (this.#hasAuthorizationServer) {
      app.use(
        AUTHORIZATION_SERVER,
        answering((req) => this.#authorizationServer(req))
      )
    }
  }

  #servers(address: ClientAddress): string[] {
    return authorizationServers(this.#bindings, this.#issuers, address)
  }

  #resource(req: IncomingMessage): object | undefined {
    const address = this.#addressOf(req)
    if (!address) return this.#unknownHost()
    const endpoint = endpointOfMetadata(req)
    const servers = this.#servers(address)
    if (!endpoint || !servers.length) return undefined
    const scopes = scopesSupported(this.#bindings)
    return {
      resource: `${address.origin}${endpoint.path}`,
      authorization_servers: servers,
      ...(scopes && { scopes_supported: scopes }),
      bearer_methods_supported: ['header'],
      resource_name: endpoint.name
    }
  }

  /** Says once what is missing; the name of the host may be anything. */
  #unknownHost(): undefined {
    if (this.#hasWarned) return
    this.#hasWarned = true
    logWarning(
      `a client has asked for the metadata of an endpoint at a host that is not known: name the hosts of the application in ${OPTION}.hosts`
    )
  }

  #authorizationServer(req: IncomingMessage): object | undefined {
    if (req.url !== '/') return undefined
    const address = this.#addressOf(req)
    return address && xsuaaMetadata(this.#bindings, address)
  }
}

/** Issuers whose tokens are accepted. */
interface AllIssuers {
  readonly bindings: Bindings
  /** URLs of the configured ones. */
  readonly issuers: readonly string[]
}

/**
 * Returns the metadata of `cds.requires.auth`; `undefined` if it is turned off.
 *
 * @throws {@link ConfigurationError} that names the option which is wrong
 * @internal
 */
export function resourceMetadata(
  { metadata = {}, issuers }: AuthOptions,
  bindings: Bindings
): ResourceMetadata | undefined {
  if (metadata === false) return undefined
  const options = metadata === true ? {} : metadata
  checkOptions(options, bindings)
  // an entry that is none stops the start later, and is named there
  const entries = Object.values(issuers ?? {}) as ({ issuer?: string } | null)[]
  const urls = entries.flatMap((each) => each?.issuer ?? [])
  return new ResourceMetadata(options, { bindings, issuers: urls })
}

/** Applications that have the routes: CAP can load its model more than once. */
const mounted = new WeakSet()

/** Mounts the metadata at CAP's server. @internal */
export function serveMetadata(metadata: ResourceMetadata | undefined): void {
  const { app } = cap
  if (!metadata || !app || mounted.has(app)) return
  mounted.add(app)
  metadata.mount(app)
}

type Middleware = (req: IncomingMessage, res: ServerResponse) => void

/**
 * Returns a middleware that answers with a document. It is for everybody, also for pages of other origins: it says nothing that a client
 * is not told with a 401. It depends on headers that no cache looks at, so nobody keeps it.
 */
function answering(document: (req: IncomingMessage) => object | undefined): Middleware {
  return (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Access-Control-Allow-Origin', '*')
    const { method = '' } = req
    if (method === 'OPTIONS') {
      res.setHeader('Access-Control-Allow-Methods', 'GET')
      res.setHeader('Access-Control-Allow-Headers', '*')
      res.writeHead(204).end()
      return
    }
    if (method !== 'GET' && method !== 'HEAD') {
      res.writeHead(405, { Allow: 'GET, HEAD, OPTIONS' }).end()
      return
    }
    const body = document(req)
    res.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify(body ?? { error: { code: '404', message: 'Not Found' } }))
  }
}

function checkOptions(options: unknown, { xsuaa }: Bindings): void {
  checkNames(OPTION, options, NAMES, 'an object, or false')
  const { hosts = [], authorizationServer = false } = options as Record<
    keyof MetadataOptions,
    unknown
  >
  if (!Array.isArray(hosts)) throw new ConfigurationError(`${OPTION}.hosts must be a list of hosts`)
  for (const host of hosts as (string | MetadataHost)[]) {
    if (typeof host !== 'string') checkNames(`${OPTION}.hosts`, host, HOST_NAMES, 'hosts')
  }
  if (typeof authorizationServer !== 'boolean') {
    throw new ConfigurationError(`${OPTION}.authorizationServer must be true or false`)
  }
  if (authorizationServer && !xsuaa) {
    throw new ConfigurationError(`${OPTION}.authorizationServer is true, and no XSUAA is bound`, {
      fix: 'Leave it out: Identity Authentication and other issuers serve their metadata themselves, and clients compare the issuer with its URL.'
    })
  }
}

function checkNames(path: string, value: unknown, names: readonly string[], what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`${path} must be ${what}`)
  }
  const name = Object.keys(value).find((each) => !names.includes(each))
  if (name === undefined) return
  const guess = nearestName(name, names)
  throw new ConfigurationError(`${path}.${name} is not known`, {
    fix: guess ? `Did you mean "${guess}"?` : `There are ${names.join(', ')}.`
  })
}
