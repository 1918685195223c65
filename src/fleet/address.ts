import { ConfigurationError } from '../errors.js'
import { nearestName } from '../lib/wording/closest.js'

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

/** Names of the credentials that are read. @internal */
export const REDIS_PROPERTIES: readonly (keyof RedisCredentials)[] = [
  'uri',
  'hostname',
  'port',
  'password',
  'tls',
  'cluster_mode',
  'sentinel_nodes',
  'master_name'
]

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

/** Ports of Redis and of its sentinels, where none is named. */
const PORT = 6379
const SENTINEL_PORT = 26379

/**
 * Reads the address out of the credentials. The user of the URI is left out, as CAP does: Redis on SAP BTP knows the default user
 * only.
 *
 * @throws {@link ConfigurationError} that names the property, without any value
 * @internal
 */
export function addressOf(credentials: RedisCredentials): RedisAddress {
  const { cluster_mode: cluster, master_name: masterName = 'mymaster' } = credentials
  const url = urlOf(credentials)
  const sentinels = sentinelsOf(credentials)
  const { isOn, ca } = tlsOf(credentials.tls)
  const isCluster = isTrue('cluster_mode', cluster)
  return {
    mode: sentinels.length ? 'sentinel' : isCluster ? 'cluster' : 'single',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || PORT),
    database: databaseOf(url),
    password: passwordOf(url) ?? (credentials.password || undefined),
    tls: isOn || url.protocol === 'rediss:',
    ca,
    sentinels,
    masterName
  }
}

function refused(property: string, problem: string): ConfigurationError {
  return new ConfigurationError(
    `the credentials of cds.requires.principal-cache have a "${property}" ${problem}`
  )
}

function urlOf({ uri, hostname = 'localhost', port = PORT }: RedisCredentials): URL {
  if (uri === undefined && !isPort(port || PORT)) throw refused('port', 'that is none')
  const url = URL.parse(uri ?? `redis://${hostname}:${String(port)}`)
  if (url && /^rediss?:$/.test(url.protocol) && url.hostname && url.port !== '0') return url
  if (uri === undefined) throw refused('hostname', 'that is none')
  throw refused('uri', 'that is no address of Redis: expected redis://… or rediss://…')
}

const isPort = (port: unknown) =>
  Number.isInteger(Number(port)) && Number(port) > 0 && Number(port) < 65536

function passwordOf({ password }: URL): string | undefined {
  try {
    return decodeURIComponent(password) || undefined
  } catch {
    throw refused('uri', 'whose password is not encoded: "%" is written as "%25"')
  }
}

function databaseOf({ pathname }: URL): number {
  if (!/^\/?\d*$/.test(pathname)) throw refused('uri', 'whose path is no number of a database')
  return Number(pathname.slice(1))
}

/** Anything that is not understood stops the start: the password would be sent without TLS. */
function tlsOf(tls: RedisCredentials['tls']): { isOn: boolean; ca: string | undefined } {
  const value = typeof tls === 'string' && tls.trimStart().startsWith('{') ? parsed(tls) : tls
  if (typeof value !== 'object' || value === null)
    return { isOn: isTrue('tls', value), ca: undefined }
  const { server_ca: ca } = value as { server_ca?: string }
  if (!ca && isMisspelt(value, 'server_ca')) throw refused('tls', 'with a misspelt "server_ca"')
  return { isOn: true, ca: ca || undefined }
}

function sentinelsOf({ sentinel_nodes: nodes }: RedisCredentials): RedisAddress['sentinels'] {
  const list = (typeof nodes === 'string' && nodes ? parsed(nodes) : nodes) || []
  const all = Array.isArray(list) ? (list as unknown[]).map(sentinelOf) : [undefined]
  const known = all.filter((each) => each !== undefined)
  if (known.length === all.length) return known
  throw refused('sentinel_nodes', 'that is no list of "hostname" and "port"')
}

function sentinelOf(node: unknown): RedisAddress['sentinels'][number] | undefined {
  const {
    hostname,
    host = hostname,
    port = SENTINEL_PORT
  } = Object(node) as Record<string, unknown>
  const isComplete = typeof host === 'string' && host && isPort(port) && !isMisspelt(node, 'port')
  return isComplete ? { host, port: Number(port) } : undefined
}

/** True if an object has a property only by nearly its name. */
function isMisspelt(object: unknown, property: string): boolean {
  const names = Object.keys(Object(object) as object)
  return !names.includes(property) && names.some((each) => nearestName(each, [property]))
}

/** Returns what JSON says; the text itself, if it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function isTrue(property: string, value: unknown): boolean {
  if (value === true || value === 'true') return true
  if (['', 'false', false, null, undefined].some((each) => each === value)) return false
  throw refused(property, 'that is neither true nor false')
}
