import cds from '@sap/cds'

import { cap } from '../../cap.js'
import { nearestName } from '../../lib/wording/closest.js'
import { readDescriptor } from './check.js'
import { isOfCap, type KnownNames, knownNames, nameSources } from './known.js'

/** Names that tokens can bring to the project in a folder. */
let known: { readonly root: string; readonly names: KnownNames } | undefined

/**
 * Returns those names of roles or attributes that no token can bring, by the project's `xs-security.json`, which `cds build`
 * puts next to the built service.
 *
 * @internal
 */
export function unknownNames(kind: 'attribute' | 'role', names: readonly string[]): string[] {
  const known = namesFor(kind)
  if (!known) return []
  return names.filter((name) => !known.has(name) && !(kind === 'role' && isOfCap(name)))
}

/** Returns the next step for names that no token can bring; nothing without such names. @internal */
export function nameAdvice(
  kind: 'attribute' | 'role',
  unknown: readonly string[]
): string | undefined {
  if (!unknown.length) return undefined
  const what = kind === 'role' ? 'scope' : 'attribute'
  const known = [...(namesFor(kind) ?? [])]
  const similar = unknown.flatMap((name) => nearestName(name, known) ?? [])
  const question = similar.length ? `Did you mean ${quoted(similar)}? ` : ''
  return (
    `${question}No token can have the ${kind} ${quoted(unknown)}: xs-security.json has no such ${what}. ` +
    `Correct the name in the model, or add the ${what} and update the XSUAA instance.`
  )
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(' or ')

function namesFor(kind: 'attribute' | 'role'): ReadonlySet<string> | undefined {
  const { roles, attributes } = namesOfProject()
  return kind === 'role' ? roles : attributes
}

function namesOfProject(): KnownNames {
  const { root } = cds
  if (known?.root !== root) {
    known = { root, names: knownNames(descriptorIn(root), nameSources(cap.env.requires)) }
  }
  return known.names
}

/** A faulty file has been reported at start. */
function descriptorIn(root: string) {
  try {
    return readDescriptor(root)
  } catch {
    return undefined
  }
}
