import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

import { ConfigurationError } from '../../errors.js'
import { isProduction } from '../../lib/profile.js'
import type { MetadataHost } from '../../options.js'
import { applicationRoutes } from '../application-routes.js'
import { isFromThisMachine, isNameOfThisMachine } from '../this-machine.js'

/** Address of the application as a client sees it. */
export interface ClientAddress {
  /** Scheme and host, such as `https://maintenance.example.com`. */
  readonly origin: string
  /** Subdomain of the tenant that the host name stands for. */
  readonly subdomain?: string | undefined
  /** Issuer of that tenant's Identity Authentication. */
  readonly identity?: string | undefined
}

/** A host that may be in the metadata. */
interface HostRule {
  readonly pattern: RegExp
  readonly subdomain?: string | undefined
  readonly identity?: string | undefined
}

/** Part of a host name that is the subdomain of a tenant. */
const PLACEHOLDER = '{subdomain}'

const OPTION = 'cds.requires.auth.metadata.hosts'

/** A host name or an address, with a port if it is not that of the scheme. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/

/**
 * Returns a function for the address that a client has sent its request to: `X-Forwarded-Host`, or without it `Host`. Anybody can write
 * these headers, so only hosts count that are configured, routes of the application on Cloud Foundry, and in development names of this
 * machine.
 *
 * @param hosts - `cds.requires.auth.metadata.hosts`
 * @param hasTenants - true if a host below `localhost` stands for a tenant
 * @throws {@link ConfigurationError}
 * @internal
 */
export function addressReader(
  hosts: readonly (string | MetadataHost)[],
  hasTenants: boolean
): (req: IncomingMessage) => ClientAddress | undefined {
  const rules = [...hosts.map((each) => ruleOf(each)), ...routes()]
  return (req) => {
    const host = hostOf(req)
    if (!HOST.test(host)) return undefined
    for (const { pattern, subdomain, identity } of rules) {
      const match = pattern.exec(host)
      if (!match) continue
      const tenant = subdomain ?? match[1]
      const issuer = identity?.replace(PLACEHOLDER, tenant ?? '')
      return { origin: `https://${host}`, subdomain: tenant, identity: issuer }
    }
    return localAddress(req, host, hasTenants)
  }
}

/** Returns the host that the client has used, in lower case, without the port of https. */
function hostOf({ headers }: IncomingMessage): string {
  const forwarded = first(headers['x-forwarded-host'])
  return (forwarded || (headers.host ?? '')).toLowerCase().replace(/:443$/, '')
}

/** Returns the first value of a header: each proxy adds its own one behind. */
function first(value: string | string[] | undefined): string {
  return (
    String(value ?? '')
      .split(',', 1)[0]
      ?.trim() ?? ''
  )
}

function localAddress(
  req: IncomingMessage,
  host: string,
  hasTenants: boolean
): ClientAddress | undefined {
  if (isProduction() || !isFromThisMachine(req) || !isNameOfThisMachine(host)) return undefined
  const { encrypted } = req.socket as Partial<TLSSocket>
  const forwarded = first(req.headers['x-forwarded-proto'])
  const scheme = /^https?$/.test(forwarded) ? forwarded : encrypted ? 'https' : 'http'
  const tenant = hasTenants ? /^([a-z0-9-]+)\.localhost(?::|$)/.exec(host) : undefined
  return { origin: `${scheme}://${host}`, subdomain: tenant?.[1] }
}

/** Returns the routes of the application on Cloud Foundry: host names, which can begin with `*` for any label. */
function routes(): HostRule[] {
  const hosts = applicationRoutes().map((uri) => uri.split('/', 1)[0]?.toLowerCase() ?? '')
  const known = hosts.filter((host) => HOST.test(host.replace(/^\*\./, 'x.')))
  return known.map((host) => ({ pattern: patternOf(host) }))
}

function ruleOf(entry: string | MetadataHost): HostRule {
  const { host, subdomain, identity } = typeof entry === 'string' ? { host: entry } : entry
  const parts = typeof host === 'string' ? host.toLowerCase().split(PLACEHOLDER) : []
  if (!parts.length || parts.length > 2 || !HOST.test(parts.join('x'))) {
    throw new ConfigurationError(`${OPTION} has an entry that is no host name`, {
      expected: `a host, with ${PLACEHOLDER} once at most, such as ${PLACEHOLDER}.maintenance.example.com`,
      fix: 'Write the host without scheme and path, with its port unless that is 443.'
    })
  }
  if (subdomain !== undefined && !/^[a-z0-9-]{1,63}$/.test(subdomain)) {
    throw new ConfigurationError(`${OPTION}: the "subdomain" of "${host}" is none`, {
      fix: "Write the subdomain of the tenant's subaccount, in lower case."
    })
  }
  return { pattern: patternOf(parts.join(PLACEHOLDER)), subdomain, identity }
}

/** One label of a host name, or a part of one. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'

/** Returns an expression for a host, which takes the placeholder and `*` for one label; the placeholder can be a part of one. */
function patternOf(host: string): RegExp {
  const parts = host.split(PLACEHOLDER).map((part) => part.replace(/[.[\]]/g, '\\$&'))
  return new RegExp(`^${parts.join(`(${LABEL})`).replace('*', () => LABEL)}$`)
}
