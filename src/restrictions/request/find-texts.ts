import { compiledCondition } from '../model/compiled.js'
import { concernedBy, type ReachingRequest } from '../model/concerned.js'
import { distinctTexts } from '../model/database.js'
import { type DerivedAttribute, type Scan, textsIn } from '../condition/derived.js'
import { patternIndex } from '../condition/patterns/pattern-index.js'
import { databaseKind } from '../condition/per-database.js'
import type { RoleBearer } from '../model/permission.js'
import type { Model, RestrictedDefinition, Restriction } from '../model/definition.js'
import { restrictionsOf } from '../model/rewrite.js'
import { factsOf, rememberTexts, type UserRequest } from './request.js'
import { Turns } from '../../lib/turns.js'
import { type UserFacts, valuesOf } from '../condition/user-value.js'

/** SQLite runs in this process: more patterns than these, for each row, would stop it from doing anything else. */
const MANY = 10

/** A restriction of a definition, and an attribute of its condition. */
interface Scanned {
  readonly definition: RestrictedDefinition
  readonly restriction: Restriction
  readonly attribute: DerivedAttribute
}

/** All of a model. */
const scanned = new WeakMap<Model, readonly Scanned[]>()

/** Texts that were looked for, by request. */
const looked = new WeakMap<UserRequest, readonly Scanned[]>()

/**
 * Finds out which texts in the database the patterns of a user match, where a query with all the patterns would take long,
 * and compares values of a user with many patterns of the same user: for the conditions that the request may be judged by.
 * Other requests get their turn meanwhile.
 *
 * @returns nothing if there is nothing to wait for
 * @internal
 */
export function findTexts(
  request: UserRequest & ReachingRequest & { readonly user: RoleBearer },
  service: string,
  model: Model
): Promise<void> | undefined {
  const all = scannedIn(model)
  if (!all.length) return undefined
  let concerned: ReturnType<typeof concernedBy> | undefined
  const isConcerned = (definition: RestrictedDefinition) =>
    (concerned ??= concernedBy(request, service, model)).has(definition)
  const facts = factsOf(request)
  const many = all.filter(
    ({ definition, restriction: { to = 'any' }, attribute }) =>
      [to].flat().some((role) => request.user.is(role)) &&
      isConcerned(definition) &&
      hasMany(attribute, facts)
  )
  if (!many.length) return undefined
  looked.set(request, many)
  return findAll(request, many)
}

/** Finds them again, after the request has written texts. @internal */
export async function findTextsAgain(request: UserRequest): Promise<void> {
  const many = looked.get(request)
  if (many) await findAll(request, many)
}

function hasMany({ scan, matches }: DerivedAttribute, facts: UserFacts): boolean {
  if (!scan)
    return (matches?.(facts) ?? []).some(({ texts, index }) => texts.length * index.size > MANY)
  return (
    databaseKind() === 'sqlite' && valuesOf({ ...scan.source, functions: [] }, facts).length > MANY
  )
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
    [...compiledCondition(restriction).attributes.values()]
      .filter(({ scan, matches }) => scan ?? matches)
      .map((attribute) => ({ definition, restriction, attribute }))
  )
}

async function findAll(request: UserRequest, all: readonly Scanned[]): Promise<void> {
  const facts = factsOf(request)
  const attributes = new Map(all.map(({ attribute }) => [attribute.key, attribute]))
  for (const [key, { scan, matches }] of attributes) {
    for (const { texts, index } of matches?.(facts) ?? []) await index.compareInTurns(texts)
    if (!scan) continue
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
  const turns = new Turns()
  await turns.pass()
  const patterns = textsIn(source, facts).map((text) => source.functions.reduce(apply, text))
  const index = patternIndex(kind, patterns, escape)
  const found: string[] = []
  for (const text of texts) if (await index.matchesInTurns(text, turns)) found.push(text)
  return found
}

const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())

/** Functions with the results of SQLite, which applies them to the other side. */
const FUNCTIONS: Record<string, (text: string) => string> = {
  ...{ tolower: lower, lower, toupper: upper, upper },
  trim: (text) => text.replace(/^ +| +$/g, '')
}
