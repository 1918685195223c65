import { createRequire } from 'node:module'

import type { RedisClusterType, RedisClientType, RedisSentinelType } from 'redis'

import { ConfigurationError } from '../errors.js'
import type { RedisAddress } from './address.js'

/** Milliseconds for a connection, and between two messages that keep it. */
const CONNECT_TIMEOUT = 2_000
const PING_INTERVAL = 15_000
const SOCKET_TIMEOUT = 60_000

/** Longest time between two attempts to connect again. */
const MAX_RECONNECT_DELAY = 5_000

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
 * @param attempt - number of clients before: each one asks another sentinel first, as one that does not answer takes all the time there is
 * @internal
 */
export function newClient(
  address: RedisAddress,
  attempt: number,
  library: Library = redisLibrary()
): Client {
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
      sentinelRootNodes: beginningWith(attempt % sentinels.length, sentinels),
      nodeClientOptions,
      sentinelClientOptions: nodeClientOptions
    }) as never
  }
  return library.createClient({ ...own, database, socket })
}

function beginningWith<T>(first: number, list: readonly T[]): T[] {
  return [...list.slice(first), ...list.slice(0, first)]
}

function socketOf({ tls, ca }: RedisAddress) {
  return {
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    reconnectStrategy: (retries: number) => Math.min(100 * 2 ** retries, MAX_RECONNECT_DELAY),
    ...(tls && { tls: true as const, ...(ca && { ca }) })
  }
}
