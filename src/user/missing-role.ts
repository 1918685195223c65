import { cap } from '../cap.js'
import type { RoleDefinition, ServedService } from '../cap-types.js'
import { TokenError } from '../errors.js'
import type { Identity } from './identity.js'
import { isPseudoRole } from './roles.js'

/** CAP's user, as far as CAP asks for roles: an application can have changed `roles`, and `is` as well. */
export interface RoleHolder {
  is(role: string): boolean
}

/**
 * Explains a 403 by the role that the sender of an accepted token lacks. For a technical token of another application (the
 * Job Scheduling service, for instance) that is a scope which was not granted: XSUAA puts scopes into such a token only if
 * there is a line for it in `xs-security.json`.
 *
 * @param identity - of the token
 * @param user - as CAP has asked it: its roles need not be those of the token
 * @param path - of the request, whose service says which roles would do
 * @returns the refusal for the log, or nothing when it is no matter of roles
 * @internal
 */
export function missingRole(
  identity: Identity,
  user: RoleHolder,
  path: string
): TokenError | undefined {
  const target = targetAt(path)
  const lacking = requiredRoles(target).filter((roles) => !holdsOne(user, roles))
  const demanded = [...new Set(lacking.flat())]
  if (isForeign(identity)) {
    const scopes = demanded.filter((role) => !isPseudoRole(role))
    if (scopes.length || !hasScope(identity)) return missingGrant(identity, scopes)
  }
  if (!demanded.length) return undefined
  const [who, fix] = isUserOfIas(identity)
    ? USER_OF_IAS
    : WHO[isForeign(identity) ? 'foreign' : identity.kind]
  const text = `${who} has no role ${quotedList(demanded)}, which ${String(target?.service.name)} asks for here. ${fix}`
  return new TokenError('ERR_ROLE_MISSING', text)
}

const WHO = {
  named: ['the user', 'Give the user a role collection that has it.'],
  technical: [
    "the application's own technical token",
    'Add it to the "authorities" in xs-security.json.'
  ],
  foreign: ['the technical token of another application', 'CAP gives that role by itself.']
} as const

/** Its tokens have no roles. */
const USER_OF_IAS = [
  'the user',
  'Assign a policy that has it (@sap/ams), or add it in a middleware.'
] as const

const isUserOfIas = ({ kind, issuer }: Identity) => kind === 'named' && issuer === 'ias'

function isForeign({ kind, roles }: Identity): boolean {
  return kind === 'technical' && !Object.hasOwn(roles, 'internal-user')
}

/** Scopes of other applications have a dot in their names. */
function hasScope({ roles }: Identity): boolean {
  return Object.keys(roles).some((role) => !isPseudoRole(role) && !role.includes('.'))
}

function missingGrant(identity: Identity, scopes: readonly string[]): TokenError {
  const scope = quotedList(scopes.map((role) => `$XSAPPNAME.${role}`)) || 'that it needs'
  return new TokenError(
    'ERR_GRANT_MISSING',
    `the technical token of another application ${hasScope(identity) ? 'lacks a' : 'has no'} scope of this one. ` +
      `In xs-security.json, add to the scope ${scope}: ` +
      '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], ' +
      'update the service instance, and let the caller get a new token.'
  )
}

const quotedList = (names: readonly string[]) => names.map((name) => `"${name}"`).join(' or ')

function holdsOne(user: RoleHolder, demanded: readonly string[]): boolean {
  return demanded.some((role) => user.is(role))
}

/** Service that a path leads to. */
interface RequestTarget {
  readonly service: ServedService
  /** Rest of the path behind that of the endpoint. */
  readonly rest: string
}

/** Express looks for the path of a service whatever its case. */
function targetAt(path: string): RequestTarget | undefined {
  const wanted = `${path.toLowerCase()}/`
  for (const service of cap.service.providers) {
    const base = pathsOf(service).find((each) => wanted.startsWith(`${each.toLowerCase()}/`))
    if (base) return { service, rest: path.slice(base.length + 1) }
  }
  return undefined
}

function pathsOf({ path, endpoints = [] }: ServedService): string[] {
  return [path, ...endpoints.map((each) => each.path)].filter((each) => each !== undefined)
}

/** Returns the roles of a service as CAP reads them: from one of the two annotations, without grants that name no role. */
function serviceRoles(definition: RoleDefinition | undefined): string[] {
  const roles = [definition?.['@requires'] ?? grantees(definition?.['@restrict'])].flat(2)
  return roles.filter((role): role is string => typeof role === 'string' && role !== '')
}

/** Returns the roles that the service asks for, and those of the entity or operation in the path: one role of each list is needed. */
function requiredRoles(target: RequestTarget | undefined): string[][] {
  if (!target) return []
  const { service } = target
  const named = definitionOf(target)
  const targets = named ? [named] : [...(service.entities ?? [])]
  const lists = [serviceRoles(service.definition), targets.flatMap(rolesOf)]
  return lists.filter((roles) => roles.length)
}

/** `/odata/v4/jobs/run()` names the operation `JobsService.run`. */
function definitionOf({ service, rest }: RequestTarget): RoleDefinition | undefined {
  const [name = ''] = /^[\w.]+/.exec(rest) ?? []
  const definitions = [...(service.operations ?? []), ...(service.entities ?? [])]
  return definitions.find((each) => each.name === `${service.name}.${name}`)
}

function rolesOf(definition: RoleDefinition | undefined): string[] {
  const roles = [definition?.['@requires'], ...grantees(definition?.['@restrict'])].flat()
  return roles.filter((role) => typeof role === 'string')
}

function grantees(restrict: unknown): unknown[] {
  return Array.isArray(restrict) ? restrict.map((grant: { to?: unknown }) => grant.to) : []
}
