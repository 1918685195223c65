import { closest } from './closest.js'
import type { Scope, SecurityDescriptor } from './descriptor.js'
import type { AppReference, ScopeReference } from './references.js'

/** An application of the subaccount: what another one can grant to, and take from. */
export interface Application {
  /** The name with its suffix: `maintenance!t1`. */
  xsappname: string
  /** Name of its service instance. */
  instanceName: string
  descriptor: SecurityDescriptor | undefined
}

type GrantedBy = (scope: Scope) => readonly AppReference[]

const FOR_USERS: GrantedBy = (scope) => scope.grantedTo
const FOR_CLIENTS: GrantedBy = (scope) => scope.grantedAsAuthorityTo

/**
 * Scopes of other applications that user tokens of this one can have: granted there (`granted-apps`), and accepted here
 * (`foreign-scope-references`). What of them a token has is up to the user's roles.
 *
 * @returns full names: `orders!t2.Viewer`
 */
export function foreignUserScopes(own: Application, others: readonly Application[]): Set<string> {
  return new Set(accepted(own, others, own.descriptor?.foreignScopes ?? [], FOR_USERS))
}

/**
 * Scopes of an application's technical tokens, besides `uaa.resource`: its own `authorities`, and those of other
 * applications, granted there (`grant-as-authority-to-apps`) and accepted here (`authorities`).
 *
 * @returns full names
 */
export function technicalScopes(own: Application, others: readonly Application[]): string[] {
  const references = own.descriptor?.authorities ?? []
  const mine = references.flatMap((reference) => {
    if (reference.kind === 'own') return [fullName(own, reference.scope)]
    return reference.kind === 'plain' && reference.scope.startsWith('uaa.') ? [reference.scope] : []
  })
  return [...new Set([...mine, ...accepted(own, others, references, FOR_CLIENTS)])]
}

/** `$XSAPPNAME` in a scope becomes the name of the application. */
export function fullName({ xsappname }: Pick<Application, 'xsappname'>, scope: string): string {
  return scope.replace(/^\$XSAPPNAME(?=\.)/, () => xsappname)
}

function accepted(
  own: Application,
  others: readonly Application[],
  references: readonly ScopeReference[],
  grantedBy: GrantedBy
): string[] {
  return others.flatMap((other) =>
    [...(other.descriptor?.scopes ?? [])]
      .filter(([, scope]) => grantedBy(scope).some((app) => names(app, own)))
      .map(([name]) => name)
      .filter((name) => references.some((reference) => accepts(reference, other, name)))
      .map((name) => fullName(other, name))
  )
}

function accepts(reference: ScopeReference, other: Application, scope: string): boolean {
  switch (reference.kind) {
    case 'granted':
      return true
    case 'own':
      return false
    case 'foreign':
      return names(reference.app, other) && scope === `$XSAPPNAME.${reference.scope}`
    case 'plain':
      return reference.scope === fullName(other, scope)
  }
}

/** The suffix is the subaccount's business: descriptors name applications without it. */
function names({ by, name }: AppReference, app: Application): boolean {
  switch (by) {
    case 'application':
      return name === '*' || name === app.xsappname.replace(/![tb]\d+$/, '')
    case 'service':
      return name === app.instanceName
    case 'id':
      return name === app.xsappname
  }
}

/**
 * Looks up what an application takes from others that are there: a scope they do not have is a typo.
 *
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`
 */
export function checkForeignScopes(own: Application, others: readonly Application[]): void {
  const { authorities = [], foreignScopes = [] } = own.descriptor ?? {}
  for (const reference of [...authorities, ...foreignScopes]) {
    if (reference.kind !== 'foreign') continue
    const other = others.find((each) => names(reference.app, each))
    const scopes = other?.descriptor?.scopes
    if (!scopes || scopes.has(`$XSAPPNAME.${reference.scope}`)) continue
    const known = [...scopes.keys()].map((name) => name.slice('$XSAPPNAME.'.length))
    const guess = closest(reference.scope, known)
    reference.node.fail(
      `names the scope "${reference.scope}" of "${reference.app.name}", which has ` +
        (guess ? `none of that name: did you mean "${guess}"?` : known.join(', ') || 'no scopes')
    )
  }
}
