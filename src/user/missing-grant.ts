import cds from '@sap/cds'

import { TokenError } from '../errors.js'
import type { Identity } from './identity.js'
import { isPseudoRole } from './roles.js'

/** A service that is served, as far as its roles are concerned. */
interface Provider {
  readonly path?: string
  readonly definition?: Definition
  readonly entities?: Iterable<Definition>
}

type Definition = Readonly<Record<'@requires' | '@restrict', unknown>>

/**
 * Why a technical token of another application (the Job Scheduling service, for instance) got 403: it has no scope of
 * this one. XSUAA puts scopes into such a token only if they are granted, which is a line in `xs-security.json`.
 *
 * @param path - of the request, whose service says which roles would do
 * @returns the refusal for the log, or nothing when the token has scopes or is no such token
 * @internal
 */
export function missingGrant(identity: Identity, path: string): TokenError | undefined {
  const granted = Object.keys(identity.roles).filter((role) => !isPseudoRole(role))
  const own = identity.roles['internal-user'] !== undefined
  if (identity.kind !== 'technical' || own || granted.some((role) => !role.includes('.')))
    return undefined
  const names = rolesFor(path).map((role) => `"$XSAPPNAME.${role}"`)
  return new TokenError(
    'ERR_GRANT_MISSING',
    `the technical token of another application has no scope of this one. In xs-security.json, add to the scope ` +
      `${names.join(' or ') || 'that it needs'}: "grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], ` +
      'update the service instance, and let the caller get a new token.'
  )
}

/** Roles that the service behind the path asks for, of the service itself and of its entities. */
function rolesFor(path: string): string[] {
  const providers = cds.service.providers as unknown as Provider[]
  const service = providers.find((each) => each.path && `${path}/`.startsWith(`${each.path}/`))
  const definitions = service ? [service.definition, ...(service.entities ?? [])] : []
  const roles = definitions.flatMap((each) => [
    each?.['@requires'],
    ...grantees(each?.['@restrict'])
  ])
  const names = roles.flat().filter((role) => typeof role === 'string' && !isPseudoRole(role))
  return [...new Set(names as string[])]
}

function grantees(restrict: unknown): unknown[] {
  return Array.isArray(restrict) ? restrict.map((grant: { to?: unknown }) => grant.to) : []
}
