import cds from '@sap/cds'

import { cap } from '../../cap.js'
import { nearestName } from '../../lib/wording/closest.js'
import { readDescriptor } from './check.js'
import {
  isOfCap,
  knownNames,
  type NameSources,
  nameSources,
  type Places,
  placesOf,
  type SecurityDescriptor
} from './known.js'

/**
 * Returns those names of roles or attributes that no token can bring, by the project's `xs-security.json`, which `cds build`
 * puts next to the built service, and by the options of issuers.
 *
 * @param issuer - alias of the issuer whose tokens count. Default: those of all
 * @internal
 */
export function unknownNames(
  kind: 'attribute' | 'role',
  names: readonly string[],
  issuer?: string
): string[] {
  const { known } = namesOf(kind, issuer)
  if (!known) return []
  return names.filter((name) => !known.has(name) && !(kind === 'role' && isOfCap(name)))
}

/** Returns the next step for names that no token can bring; nothing without such names. @internal */
export function nameAdvice(
  kind: 'attribute' | 'role',
  unknown: readonly string[],
  issuer?: string
): string | undefined {
  if (!unknown.length) return undefined
  const { known, places } = namesOf(kind, issuer)
  const similar = unknown.flatMap((name) => nearestName(name, [...(known ?? [])]) ?? [])
  const question = similar.length ? `Did you mean ${quoted(similar)}? ` : ''
  const isOfAnother = unknownNames(kind, unknown).length < unknown.length
  const which = issuer !== undefined && isOfAnother ? ` of issuer "${issuer}"` : ''
  return `${question}No token${which} can have the ${kind} ${quoted(unknown)}: ${reasonOf(kind, places)}`
}

/** Returns why no token has a name, and what to do. */
function reasonOf(kind: 'attribute' | 'role', { descriptor, mapping }: Places): string {
  const what = kind === 'role' && descriptor ? 'scope' : kind
  const correct = 'Correct the name in the model, or add'
  if (!mapping) {
    return `xs-security.json has no such ${what}. ${correct} the ${what} and update the XSUAA instance.`
  }
  return descriptor
    ? `neither xs-security.json nor ${mapping} has it. ${correct} it to the one whose users shall have it.`
    : `${mapping} has no such ${what}. ${correct} it there.`
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(' or ')

/** Returns the names in tokens of an issuer, or of all; policies of `@sap/ams` are for users of all. */
function namesOf(kind: 'attribute' | 'role', issuer: string | undefined) {
  const all = nameSources(cap.env.requires)
  const { ams } = all
  const own = issuer === undefined ? undefined : all.issuers?.[issuer]
  const auth: NameSources =
    issuer !== undefined && own
      ? { ams, issuers: { [issuer]: own } }
      : OF_BTP.has(issuer)
        ? { ams }
        : all
  const descriptor = own || issuer === 'ias' ? undefined : descriptorOfProject()
  const { roles, attributes } = knownNames(descriptor, auth)
  const known = kind === 'role' ? roles : attributes
  return { known, places: placesOf(kind, descriptor, auth) }
}

/** Issuers that are bound, and have no options which name anything. */
const OF_BTP = new Set<string | undefined>(['xsuaa', 'ias'])

let read: { readonly root: string; readonly descriptor: SecurityDescriptor | undefined } | undefined

function descriptorOfProject(): SecurityDescriptor | undefined {
  const { root } = cds
  if (read?.root !== root) read = { root, descriptor: descriptorIn(root) }
  return read.descriptor
}

/** A faulty file has been reported at start. */
function descriptorIn(root: string) {
  try {
    return readDescriptor(root)
  } catch {
    return undefined
  }
}
