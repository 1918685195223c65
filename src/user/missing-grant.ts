import cds from '@sap/cds'

import { TokenError } from '../errors.js'
import type { Identity } from './identity.js'
import { isPseudoRole } from './roles.js'

/** A service that is served, as far as its roles are concerned. */
interface Provider {
  readonly name: string
  readonly path?: string
  readonly definition?: Definition
  readonly entities?: Iterable<Definition>
  readonly operations?: Iterable<Definition>
}

interface Definition extends Readonly<Record<'@requires' | '@restrict', unknown>> {
  readonly name: string
}

/** What CAP asks everybody for who has a token. */
const EVERYBODY = new Set(['any', 'authenticated-user', 'identified-user'])

/**
 * Why a technical token of another application (the Job Scheduling service, for instance) got 403: it lacks a scope of
 * this one. XSUAA puts scopes into such a token only if they are granted, which is a line in `xs-security.json`.
 *
 * @param path - of the request, whose service says which roles would do
 * @returns the refusal for the log, or nothing when the token has the scopes or is no such token
 * @internal
 */
export function missingGrant(identity: Identity, path: string): TokenError | undefined {
  const own = Object.hasOwn(identity.roles, 'internal-user')
  if (identity.kind !== 'technical' || own) return undefined
  const scopes = Object.keys(identity.roles).filter((role) => !isPseudoRole(role))
  const hasScope = scopes.some((role) => !role.includes('.'))
  const lacking = demands(path).filter((roles) => !roles.some((role) => holds(identity, role)))
  const names = [...new Set(lacking.flat())].filter((role) => !isPseudoRole(role))
  if (hasScope && !names.length) return undefined
  const scope = names.map((role) => `"$XSAPPNAME.${role}"`).join(' or ') || 'that it needs'
  return new TokenError(
    'ERR_GRANT_MISSING',
    `the technical token of another application ${hasScope ? 'lacks a' : 'has no'} scope of this one. ` +
      `In xs-security.json, add to the scope ${scope}: ` +
      '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], ' +
      'update the service instance, and let the caller get a new token.'
  )
}

function holds({ roles }: Identity, role: string): boolean {
  return EVERYBODY.has(role) || Object.hasOwn(roles, role)
}

/** Of the service behind the path, and of what the path names in it: one role of each list is needed. */
function demands(path: string): string[][] {
  const providers = cds.service.providers as unknown as Provider[]
  const service = providers.find((each) => each.path && `${path}/`.startsWith(`${each.path}/`))
  if (!service) return []
  const named = targetOf(service, path)
  const targets = named ? [named] : [...(service.entities ?? [])]
  return [rolesOf(service.definition), targets.flatMap(rolesOf)].filter((roles) => roles.length)
}

/** `/odata/v4/jobs/run()` names the operation `JobsService.run`. */
function targetOf(service: Provider, path: string): Definition | undefined {
  const [name = ''] = /^[\w.]+/.exec(path.slice((service.path ?? '').length + 1)) ?? []
  const definitions = [...(service.operations ?? []), ...(service.entities ?? [])]
  return definitions.find((each) => each.name === `${service.name}.${name}`)
}

function rolesOf(definition: Definition | undefined): string[] {
  const roles = [definition?.['@requires'], ...grantees(definition?.['@restrict'])].flat()
  return roles.filter((role) => typeof role === 'string')
}

function grantees(restrict: unknown): unknown[] {
  return Array.isArray(restrict) ? restrict.map((grant: { to?: unknown }) => grant.to) : []
}
