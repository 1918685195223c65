import cds from '@sap/cds'

import { cap } from '../cap.js'
import { authenticatesRequests, type Requires, servicesOnBehalf } from '../lib/adoption.js'
import { ConfigurationError } from '../errors.js'
import { logWarning } from '../lib/log.js'
import { isProduction, noteOnPlatform } from '../lib/profile.js'
import { projectSettings, type Setting } from './project-files.js'

/** Values by which a configuration selects this package. */
const NAMES: readonly unknown[] = ['principal', 'principal-auth']

/** Implementations of authentication that are of this package. */
const IMPLEMENTATIONS: readonly unknown[] = ['cds-principal/auth', 'cds-principal/mock-auth']

/** CAP's kinds without a token, and so without a user who could be propagated. */
const WITHOUT_TOKEN: readonly unknown[] = ['mocked', 'basic', 'dummy']

/** `cds.requires.auth`, or one of its settings. */
interface Auth {
  readonly kind?: unknown
  readonly impl?: unknown
  readonly issuers?: unknown
  readonly emulator?: unknown
  readonly restart?: unknown
}

/**
 * Sees to it that nothing of this package is switched off without a word: by another kind or implementation of authentication in
 * this profile, or by one that has no token.
 *
 * @throws {@link ConfigurationError} in production; elsewhere it is a warning
 * @internal
 */
export function checkEffectiveKind(requires: Requires, root = cds.root): void {
  const problem = effectiveKindProblem(requires, root)
  if (!problem) return
  if (isProduction()) throw new ConfigurationError(problem + noteOnPlatform())
  logWarning(`${problem} In production this stops the start.`)
}

/** Returns what switches this package off, as a sentence for the developer; `undefined` if nothing does. @internal */
export function effectiveKindProblem(requires: Requires, root = cds.root): string | undefined {
  const auth = asAuth(requires.auth)
  if (authenticatesRequests(requires)) return otherImplementation(auth)
  const settings = projectSettings(root, ['requires', 'auth'])
  return otherProfile(auth, settings) ?? withoutEffect(auth, requires)
}

/** CAP loads the implementation that is configured, whatever the kind. */
function otherImplementation({ impl }: Auth): string | undefined {
  if (typeof impl !== 'string' || IMPLEMENTATIONS.includes(impl)) return undefined
  return (
    `cds.requires.auth.impl is "${impl}", and CAP loads it although the kind is "principal": tokens are not checked ` +
    'by cds-principal. Either remove "impl", or take another kind.'
  )
}

/** The configuration names this package somewhere, and another kind is in effect. */
function otherProfile({ kind }: Auth, settings: readonly Setting[]): string | undefined {
  const named = settings.find(({ value }) => namesThisPackage(value))
  if (!named) return undefined
  const other = settings.filter(isActive).findLast(({ value }) => kindOf(value) !== undefined)
  const where = other && !namesThisPackage(other.value) ? ` (${other.place})` : ''
  return (
    `authentication is of kind "${nameOf(kind)}"${where}, although "principal" is configured ` +
    `(${named.place}): tokens, rows and calls are not checked by cds-principal. Either remove the other kind, or name ` +
    '"principal" there as well (for bindings: cds bind auth --to <instance> --kind principal), or take "principal" ' +
    'out of all profiles.'
  )
}

function isActive({ profiles }: Setting): boolean {
  const active = cap.env.profiles
  return profiles.every((each) => active.includes(each))
}

/** Options of this package that do nothing with the kind that is in effect. */
function withoutEffect(auth: Auth, requires: Requires): string | undefined {
  const kind = nameOf(auth.kind)
  const either = 'Either set "auth": "principal" in this profile, or remove'
  const option = (['issuers', 'emulator', 'restart'] as const).find((name) => auth[name])
  if (option) {
    return `cds.requires.auth.${option} has no effect with kind "${kind}". ${either} "${option}".`
  }
  const named = servicesOnBehalf(requires).find((name) => carriesUser(requires[name]))
  const hasToken = auth.impl ? true : auth.kind !== undefined && !WITHOUT_TOKEN.includes(auth.kind)
  if (named && !hasToken) {
    return (
      `cds.requires.${named}.onBehalfOf needs the token of a user, and authentication of kind "${kind}" has none: such ` +
      `calls are refused. ${either} "onBehalfOf" there (kinds with a token, such as "xsuaa" and "ias", will do as well).`
    )
  }
  const alone = Object.keys(requires).find((name) => hasOnlyLifetime(requires[name]))
  return (
    alone &&
    `cds.requires.${alone}.minTokenLifetime has no effect without "onBehalfOf". ${either} it.`
  )
}

function carriesUser(options: unknown): boolean {
  const { onBehalfOf } = options as { onBehalfOf?: unknown }
  return onBehalfOf === 'namedUser' || onBehalfOf === 'currentUser'
}

function hasOnlyLifetime(options: unknown): boolean {
  const { onBehalfOf, minTokenLifetime } = asAuth(options) as Record<string, unknown>
  return minTokenLifetime !== undefined && (onBehalfOf === undefined || onBehalfOf === null)
}

function namesThisPackage(value: unknown): boolean {
  return NAMES.includes(kindOf(value)) || asAuth(value).impl === 'cds-principal/auth'
}

function nameOf(kind: unknown): string {
  return typeof kind === 'string' ? kind : 'none'
}

/** `"auth": "kind"`, or `"auth": { "kind": "kind" }`. */
function kindOf(value: unknown): unknown {
  return typeof value === 'object' ? asAuth(value).kind : value
}

function asAuth(value: unknown): Auth {
  return typeof value === 'object' && value !== null ? value : {}
}
