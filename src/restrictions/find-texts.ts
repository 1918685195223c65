import { setImmediate } from 'node:timers/promises'

import { compiledCondition } from './compiled-condition.js'
import { distinctTexts } from './database.js'
import { type Scan, textsIn } from './derived-attribute.js'
import { patternIndex } from './pattern-index.js'
import { databaseKind } from './per-database.js'
import type { RoleBearer } from './permission.js'
import type { Model, RestrictedDefinition, Restriction } from './restricted-definition.js'
import { restrictionsOf } from './rewrite-model.js'
import { factsOf, rememberTexts, type UserRequest } from './set-attributes.js'
import { matchesText } from './text-pattern.js'
import { type UserFacts, valuesOf } from './user-value.js'

/** SQLite runs in this process: more patterns than these, for each row, would stop it from doing anything else. */
const MANY = 10

/** How long the process may be occupied without a break, in milliseconds. */
const TURN = 10

/** A restriction, and an attribute of its condition. */
interface Scanned {
  readonly restriction: Restriction
  readonly key: string
  readonly scan: Scan
}

const scanned = new WeakMap<Model, readonly Scanned[]>()

/**
 * Finds out which texts in the database the patterns of a user match, where a query with all the patterns would take long.
 * Other requests get their turn meanwhile.
 *
 * @returns nothing if there is nothing to wait for
 * @internal
 */
export function findTexts(
  request: UserRequest & { readonly user: RoleBearer },
  model: Model
): Promise<void> | undefined {
  const all = scannedIn(model)
  if (!all.length || databaseKind() !== 'sqlite') return undefined
  const facts = factsOf(request)
  const many = all.filter(
    ({ restriction: { to = 'any' }, scan: { source } }) =>
      valuesOf({ ...source, functions: [] }, facts).length > MANY &&
      [to].flat().some((role) => request.user.is(role))
  )
  return many.length ? findAll(request, many) : undefined
}

function scannedIn(model: Model): readonly Scanned[] {
  const known = scanned.get(model)
  if (known) return known
  const found = Object.values(model.definitions).flatMap((definition) =>
    [definition, ...Object.values(definition.actions ?? {})].flatMap(scannedOf)
  )
  scanned.set(model, found)
  return found
}

function scannedOf(definition: RestrictedDefinition): Scanned[] {
  return restrictionsOf(definition).flatMap((restriction) =>
    [...compiledCondition(restriction).attributes.values()].flatMap(({ key, scan }) =>
      scan ? { restriction, key, scan } : []
    )
  )
}

async function findAll(request: UserRequest, all: readonly Scanned[]): Promise<void> {
  const facts = factsOf(request)
  for (const { key, scan } of all) {
    if (facts.texts?.has(key)) continue
    const texts = await distinctTexts(scan.entity, scan.operand)
    rememberTexts(request, key, await matching(texts, scan, facts))
  }
}

async function matching(
  texts: readonly string[],
  { source, kind, escape }: Scan,
  facts: UserFacts
): Promise<string[]> {
  const apply = (text: string, name: string) => FUNCTIONS[name]?.(text) ?? text
  const patterns = textsIn(source, facts).map((text) => source.functions.reduce(apply, text))
  await setImmediate()
  const index = patternIndex(kind, patterns, escape)
  await setImmediate()
  const found: string[] = []
  let start = performance.now()
  for (const text of texts) {
    for (const pattern of index.candidates(text)) {
      if (performance.now() - start > TURN) {
        await setImmediate()
        start = performance.now()
      }
      if (!matchesText(pattern, text)) continue
      found.push(text)
      break
    }
  }
  return found
}

const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())

/** As SQLite has them, which applies them to the other side. */
const FUNCTIONS: Record<string, (text: string) => string> = {
  ...{ tolower: lower, lower, toupper: upper, upper },
  trim: (text) => text.replace(/^ +| +$/g, '')
}
