import { cap } from '../../cap.js'
import { ConfigurationError, PropagationError } from '../../errors.js'
import { printable } from '../../lib/redact.js'
import type { NamedUser } from '../../user/principal.js'

/** Stands for the clients of the application's own bindings, whose ids differ from landscape to landscape. */
const OWN = '$own'

/** Issuers of these clients: at another one, a client of anybody can have the same id. */
const OWN_ISSUERS = ['xsuaa', 'ias']

/**
 * Checks and returns `clients` of a required service.
 *
 * @param path - of the object that has them, for the message
 * @param hasUser - false if the service is never called as the user
 * @throws {@link ConfigurationError}
 * @internal
 */
export function clientsOf(
  path: string,
  clients: unknown,
  hasUser: boolean
): readonly string[] | undefined {
  if (clients === undefined || clients === null) return undefined
  const list: readonly unknown[] = Array.isArray(clients) ? clients : []
  const isText = (each: unknown): each is string => typeof each === 'string' && each.trim() !== ''
  if (!list.length || !list.every(isText)) {
    throw new ConfigurationError(`${path}.clients is no list of client ids`, {
      sent: Array.isArray(clients) && !list.length ? 'an empty list' : undefined,
      expected: `ids of OAuth clients, or "${OWN}" for those of the application's own bindings`,
      fix: 'Name the clients that may act as the user, or leave the option out: then all may.'
    })
  }
  const other = list.find((each) => each.startsWith('$') && each !== OWN)
  if (other !== undefined) {
    throw new ConfigurationError(`${path}.clients has "${other}": did you mean "${OWN}"?`)
  }
  if (hasUser) return list
  throw new ConfigurationError(
    `${path}.clients has no effect: by its onBehalfOf, the service is never called as the user. Leave one of the two out.`
  )
}

/** Client through which a user came, and its issuer. */
type Through = Pick<NamedUser, 'issuer' | 'client' | 'clientIssuer' | 'actor'>

/**
 * Checks that the client through which a user came may act as the user at a service. With a token that names an actor (RFC 8693), the
 * actor has to be in the list as well. A token that names no client is nobody's.
 *
 * @throws {@link PropagationError} `ERR_CLIENT_NOT_ALLOWED`
 * @internal
 */
export function requireClient(
  { name, clients }: { readonly name: string; readonly clients?: readonly string[] | undefined },
  { issuer, client, clientIssuer = issuer, actor }: Through
): void {
  if (!clients) return
  const own = OWN_ISSUERS.includes(clientIssuer) ? ownClients() : []
  const allowed = clients.flatMap((each) => (each === OWN ? own : [each]))
  const isAllowed = client !== undefined && allowed.includes(client)
  if (isAllowed && (actor === undefined || allowed.includes(actor))) return
  const refused = isAllowed ? actor : client
  throw new PropagationError(
    'ERR_CLIENT_NOT_ALLOWED',
    `"${name}" is called for a user who came through a client that may not act as the user there`,
    {
      service: name,
      principal: 'named',
      sent: refused
        ? `${isAllowed ? 'actor' : 'client'} ${printable(refused)}`
        : `a token that names no ${isAllowed ? 'actor' : 'client'}`,
      expected: clients.join(' or '),
      fix: `Nothing was sent. If the client may act as the user there, add it to cds.requires.${name}.clients.`
    }
  )
}

/** Returns the client ids of the bindings whose tokens are accepted. */
function ownClients(): string[] {
  const { auth, xsuaa, identity } = cap.env.requires
  const ids = [auth, xsuaa, identity].map((each) => each?.credentials?.clientid)
  return ids.filter((id) => typeof id === 'string')
}
