import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ConfigurationError } from '../../errors.js'
import { nearestName } from '../../lib/wording/closest.js'
import {
  isOfCap,
  knownNames,
  type NameSources,
  type Places,
  placesOf,
  type SecurityDescriptor
} from './known.js'
import type { Model } from '../model/definition.js'
import { unknownElements } from './elements.js'
import { usedNames } from './used.js'
import type { Finding } from './finding.js'

/**
 * Finds attributes and roles of a model that no token can bring (misspelt, or missing in `xs-security.json`), and paths in
 * conditions that begin with no element.
 *
 * @param root - folder of the project, with its `xs-security.json`
 * @param auth - what `nameSources` returns
 * @param descriptor - content of `xs-security.json`, where it is not in that folder
 * @throws {@link ConfigurationError} if `xs-security.json` is no JSON
 * @internal
 */
export function checkNames(
  model: Model,
  root: string,
  auth: NameSources,
  descriptor = readDescriptor(root)
): Finding[] {
  const known = knownNames(descriptor, auth)
  const used = usedNames(model).flatMap(({ kind, name, definition, place }): Finding[] => {
    const names = kind === 'role' ? known.roles : known.attributes
    if (!names || names.has(name) || (kind === 'role' && isOfCap(name))) return []
    const similar = nearestName(name, [...names])
    const addition = additionOf(kind, placesOf(kind, descriptor, auth))
    const hint = similar ? `; did you mean "${similar}"?` : `. ${addition}`
    const what = kind === 'role' ? `the role "${name}"` : `$user.${name}`
    const message = `${place} asks for ${what}, which no token brings${hint}`
    return [{ rule: `unknown-${kind}`, message, definition }]
  })
  return [...used, ...unknownElements(model)]
}

/** Next step for a name that is like no known one. */
function additionOf(kind: 'attribute' | 'role', { descriptor, mapping }: Places): string {
  const what = kind === 'role' ? 'scopes' : 'attributes'
  const places = [
    descriptor && `to the ${what} of xs-security.json and to a role template`,
    mapping && `to ${mapping}`
  ]
  return `Add it ${places.filter(Boolean).join(', or ')}, or correct the name.`
}

/** Returns `xs-security.json` of the project, if there is one. @throws {@link ConfigurationError} if it is no JSON @internal */
export function readDescriptor(root: string): SecurityDescriptor | undefined {
  const file = join(root, 'xs-security.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  try {
    return JSON.parse(text) as SecurityDescriptor
  } catch (cause) {
    throw new ConfigurationError(`${file} is not valid JSON`, {
      cause,
      fix: 'Correct the file; an editor shows the place.'
    })
  }
}
