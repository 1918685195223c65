import { createRequire } from 'node:module'

import type { RedisClusterType, RedisClientType, RedisSentinelType } from 'redis'

import { ConfigurationError } from '../errors.js'

/** Credentials of a Redis as SAP BTP binds it; in plain Kubernetes secrets, everything is text. */
export interface RedisCredentials {
  /** `redis://…` or `rediss://…`, with the password. */
  readonly uri?: string
  readonly hostname?: string
  readonly port?: number | string
  readonly password?: string
  /** True, or the certificate of the authority of the server. */
  readonly tls?: boolean | string | { readonly server_ca?: string }
  readonly cluster_mode?: boolean | string
  readonly sentinel_nodes?: string | readonly { readonly hostname: string; readonly port: number }[]
  /** Name by which sentinels know the server. Default: `mymaster`. */
  readonly master_name?: string
}

/** Address of Redis, and how it is connected. */
export interface RedisAddress {
  readonly mode: 'single' | 'cluster' | 'sentinel'
  readonly host: string
  readonly port: number
  readonly database: number
  readonly password: string | undefined
  readonly tls: boolean
  /** Authority of the server, PEM. */
  readonly ca: string | undefined
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  readonly masterName: string
}

/** Milliseconds for a connection, and between two messages that keep it. */
const CONNECT_TIMEOUT = 2_000
const PING_INTERVAL = 15_000
const SOCKET_TIMEOUT = 60_000

/** Longest time between two attempts to connect again. */
const MAX_RECONNECT_DELAY = 5_000

/**
 * Reads the address out of the credentials. The user of the URI is left out, as CAP does: Redis on SAP BTP knows the default user
 * only.
 *
 * @throws {@link ConfigurationError}, without any value
 * @internal
 */
export function addressOf(credentials: RedisCredentials): RedisAddress {
  const { cluster_mode: cluster, master_name: masterName = 'mymaster' } = credentials
  const url = urlOf(credentials)
  const sentinels = sentinelsOf(credentials)
  const { isOn, ca } = tlsOf(credentials.tls)
  const password = url.password ? decodeURIComponent(url.password) : credentials.password
  return {
    mode: sentinels.length ? 'sentinel' : isTrue(cluster) ? 'cluster' : 'single',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
    database: Number(url.pathname.slice(1)) || 0,
    password: password || undefined,
    tls: isOn || url.protocol === 'rediss:',
    ca,
    sentinels,
    masterName
  }
}

function urlOf({ uri, hostname = 'localhost', port = 6379 }: RedisCredentials): URL {
  const url = URL.parse(uri ?? `redis://${hostname}:${String(port)}`)
  if (url && /^rediss?:$/.test(url.protocol) && url.hostname) return url
  throw new ConfigurationError(
    'the credentials of cds.requires.principal-cache have a "uri" that is no address of Redis: expected redis://… or rediss://…'
  )
}

function tlsOf(tls: RedisCredentials['tls']): { isOn: boolean; ca: string | undefined } {
  const value = typeof tls === 'string' && tls.trimStart().startsWith('{') ? parsed(tls) : tls
  const { server_ca: ca } = Object(value) as { server_ca?: string }
  return { isOn: isTrue(value) || Boolean(ca), ca: ca || undefined }
}

function sentinelsOf({ sentinel_nodes: nodes }: RedisCredentials) {
  const list = typeof nodes === 'string' ? parsed(nodes) : nodes
  if (!Array.isArray(list)) return []
  return (list as { hostname?: unknown; host?: unknown; port?: unknown }[]).map(
    ({ hostname, host, port }) => ({ host: String(hostname ?? host), port: Number(port ?? 26379) })
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const isTrue = (value: unknown) => value === true || value === 'true'

/** A client of one server, of a cluster, or of servers behind sentinels. */
export type Client = RedisClientType | RedisClusterType | RedisSentinelType

type Library = typeof import('redis')

/** Loads the client of Redis, which is installed by applications that share a cache. @internal */
export function redisLibrary(): Library {
  try {
    return createRequire(__filename)('redis') as Library
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error
    throw new ConfigurationError(
      'cds.requires.principal-cache needs one more package: npm add redis (it is not installed)'
    )
  }
}

/**
 * Creates a client that is not connected yet. It queues nothing while it has no connection.
 *
 * @internal
 */
export function newClient(address: RedisAddress, library: Library = redisLibrary()): Client {
  const { mode, host, port, database, password, sentinels, masterName } = address
  const socket = { ...socketOf(address), host, port }
  const common = { disableOfflineQueue: true, pingInterval: PING_INTERVAL, disableClientInfo: true }
  const own = { ...common, ...(password && { password }) }
  if (mode === 'cluster') {
    const defaults = { ...own, socket: socketOf(address) }
    return library.createCluster({ rootNodes: [{ ...own, socket }], defaults }) as never
  }
  if (mode === 'sentinel') {
    const nodeClientOptions = { ...own, socket: socketOf(address) }
    return library.createSentinel({
      name: masterName,
      sentinelRootNodes: [...sentinels],
      nodeClientOptions,
      sentinelClientOptions: nodeClientOptions
    }) as never
  }
  return library.createClient({ ...own, database, socket })
}

function socketOf({ tls, ca }: RedisAddress) {
  return {
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    reconnectStrategy: (retries: number) => Math.min(100 * 2 ** retries, MAX_RECONNECT_DELAY),
    ...(tls && { tls: true as const, ...(ca && { ca }) })
  }
}
