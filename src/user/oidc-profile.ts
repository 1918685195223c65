import { ConfigurationError } from '../errors.js'
import { actorOf, type JwtPayload, stringClaim } from '../token/claims.js'
import type { OidcIssuerOptions, OidcRolesOptions } from '../token/issuers/oidc-options.js'
import { type Attributes, setAttribute, valuesIn } from './attributes.js'
import { firstOf, isUsable } from './token-profile.js'
import type { TokenProfile } from './token-profile.js'
import { isPseudoRole, type Roles } from './roles.js'

/** Claims about the person (OpenID Connect Core 1.0, section 5.1), by the name that CAP gives them. */
const PERSONAL = {
  logonName: 'preferred_username',
  givenName: 'given_name',
  familyName: 'family_name',
  email: 'email'
} as const

/**
 * Users of an OpenID Connect issuer: id, roles and attributes from the claims that the configuration names.
 *
 * @param alias - name below `cds.requires.auth.issuers`
 * @param options - as checked by `oidcIssuer`
 * @throws {@link ConfigurationError} when a role is mapped to one that only CAP gives
 * @internal
 */
export function oidcProfile(alias: string, options: OidcIssuerOptions): TokenProfile {
  const { userId = 'sub', userIdPrefix = '', attributeMapping = {} } = options
  const claims = [userId].flat()
  const mapping = Object.entries(attributeMapping)
  return {
    isTechnical,
    // The application itself gets its tokens from its own service binding.
    isOwnClient: () => false,
    userId: (payload) => prefixed(userIdPrefix, firstOf(claims, payload)),
    person: (payload) => ({
      origin: undefined,
      subject: stringClaim(payload, 'sub'),
      actor: actorOf(payload)
    }),
    roles: rolesReader(alias, options.roles),
    attributes: (payload) => attributesOf(payload, mapping)
  }
}

/**
 * True if a token was issued to a client for itself. No common claim says so, so the rules are those of the issuers: RFC 9068 (section
 * 2.2: the subject is the client), Keycloak (service account), Auth0 (`gty`, or the subject), Entra ID.
 */
function isTechnical(payload: JwtPayload): boolean {
  const { sub, azp, client_id: clientId = payload.clientId, cid } = payload
  const isClient = (client: unknown) =>
    typeof client === 'string' && (sub === client || sub === `${client}@clients`)
  if ([azp, clientId, cid].some(isClient) || isServiceAccount(payload)) return true
  return payload.gty === 'client-credentials' || payload.idtyp === 'app' || isEntraApp(payload)
}

/** True for the account of a Keycloak client, whose name has no capitals even if that of the client has. */
function isServiceAccount(payload: JwtPayload): boolean {
  const { azp, client_id: clientId = payload.clientId, preferred_username: name } = payload
  if (typeof azp !== 'string' || clientId !== azp || typeof name !== 'string') return false
  return name.toLowerCase() === `service-account-${azp}`.toLowerCase()
}

/** Issuers of Entra ID in its clouds, and of Entra External ID. */
const ENTRA_ID =
  /^https:\/\/(login\.(partner\.)?microsoftonline\.(com|us|cn)|sts\.windows\.net|[a-z0-9-]+\.ciamlogin\.com)\//

/**
 * True for a technical token of Entra ID without the optional claim `idtyp`: the subject of a user is never the object id, and
 * access tokens of users have `scp`.
 */
function isEntraApp({ iss, oid, sub, scp, nonce }: JwtPayload): boolean {
  const isUser = sub !== oid || scp !== undefined || nonce !== undefined
  return !isUser && typeof oid === 'string' && typeof iss === 'string' && ENTRA_ID.test(iss)
}

function prefixed(prefix: string, id: string | undefined): string | undefined {
  return id === undefined ? undefined : prefix + id
}

/** Local roles by what the issuer calls them; its own names give nothing unless the configuration says so. */
function rolesReader(alias: string, options?: OidcRolesOptions): TokenProfile['roles'] {
  const paths = options ? [options.claim].flat() : []
  const map = options && options.map !== true ? localRoles(alias, options.map) : undefined
  return (payload) => {
    const roles = Object.create(null) as Roles
    for (const external of paths.flatMap((path) => namesIn(claimAt(payload, path)))) {
      for (const role of map ? (map.get(external) ?? []) : [external]) {
        if (!isReserved(role)) roles[role] = 1
      }
    }
    return { ...roles }
  }
}

function localRoles(alias: string, map: Exclude<OidcRolesOptions['map'], true>) {
  const entries = Object.entries(map).map(
    ([external, roles]) => [external, [roles].flat()] as const
  )
  const pseudo = entries.flatMap(([, roles]) => roles).find(isReserved)
  if (pseudo !== undefined) {
    const option = `cds.requires.auth.issuers.${alias}.roles.map`
    throw new ConfigurationError(`${option} leads to "${pseudo}", which only CAP itself may give`, {
      fix: 'Map the name to a role of the application.'
    })
  }
  return new Map(entries)
}

/** True for roles that CAP gives itself, and for those of the application's operators: another issuer can't give them. */
function isReserved(role: string): boolean {
  return isPseudoRole(role) || role.startsWith('cds.')
}

/** A list, or one text with spaces as `scope` and `scp` are. */
function namesIn(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : []
  const names = typeof value === 'string' ? value.split(' ') : values
  return names.filter((each): each is string => typeof each === 'string' && each !== '')
}

function attributesOf(payload: JwtPayload, mapping: [string, string][]): Attributes {
  const attributes = {} as Attributes
  for (const [name, claim] of Object.entries(PERSONAL)) {
    const value = isUsable(claim, payload) ? stringClaim(payload, claim) : undefined
    if (value) attributes[name] = value
  }
  for (const [name, path] of mapping) {
    // something else on the way is no value either, and not as good as a claim that is not there
    if (isUsable(path, payload)) setAttribute(attributes, name, claimAt(payload, path, {}))
  }
  return attributes
}

/**
 * Returns the claim of that name, or what a path with dots leads to; names with dots in them are found, too.
 *
 * @param otherwise - returned where something other than an object is on the path
 * @internal
 */
export function claimAt(value: unknown, path: string, otherwise?: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return valuesIn(value).length ? otherwise : undefined
  }
  if (Object.hasOwn(value, path)) return (value as JwtPayload)[path]
  let other: unknown
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot)
    if (!Object.hasOwn(value, name)) continue
    const found = claimAt((value as JwtPayload)[name], path.slice(dot + 1), otherwise)
    if (found !== undefined && found !== otherwise) return found
    other ??= found
  }
  return other
}
