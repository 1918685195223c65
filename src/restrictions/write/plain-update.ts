import { isDeepStrictEqual } from 'node:util'

import { tokensOf } from '../model/compiled.js'
import { readRows } from '../model/database.js'
import { type EnforcedRequest, refuse } from '../request/request.js'
import { isWithin, type Judge } from './judge.js'
import { rowPaths } from '../condition/mentions.js'
import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { storedElement } from '../model/stored-element.js'
import { isTrueForAll } from '../../lib/turns.js'

/** An UPDATE that sets some of the elements that a condition is about to constants, and leaves the others as they are. */
interface PlainUpdate {
  readonly request: EnforcedRequest
  readonly entity: RestrictedDefinition
  readonly judge: Judge
  readonly written: readonly string[]
  readonly left: readonly string[]
}

/**
 * The UPDATE, if it can be checked without its records: all conditions are about stored elements of the entity itself. What
 * the records were, CAP has checked.
 *
 * @internal
 */
export function plainUpdate(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  restrictions: readonly Restriction[],
  judge: Judge
): PlainUpdate | undefined {
  if (request.event !== 'UPDATE' || Array.isArray(request.data)) return undefined
  if (judge({}, {}) === undefined) return undefined
  const paths = restrictions.flatMap(({ where }) => rowPaths(tokensOf(where)))
  const names = [...new Set(paths.map((path) => path.join('.')))]
  const data = Object.keys(request.data as object)
  if (data.some((name) => !entity.elements?.[name] || entity.elements[name].elements))
    return undefined // what it is written to can't be told
  if (names.some((name) => isWithin(name, entity, request.data as object))) return undefined
  if (names.some((name) => isSetByUpdate(entity.elements?.[name]))) return undefined
  const { with: expressions = {} } = request.query?.UPDATE ?? {}
  const changed = new Set(
    [...data, ...Object.keys(expressions)].map((name) => storedElement(entity, name))
  )
  const written = names.filter((name) => changed.has(storedElement(entity, name)))
  const isPlain = names.every((name) => storedElement(entity, name) !== undefined)
  const isConstant = written.every(
    (name) => data.includes(name) && !Object.hasOwn(expressions, name)
  )
  const left = names.filter((name) => !written.includes(name))
  return isPlain && isConstant ? { request, entity, judge, written, left } : undefined
}

/** True for an element that changes also if the data has no value for it. */
function isSetByUpdate(element: object | undefined): boolean {
  return Boolean((element as Record<string, unknown> | undefined)?.['@cds.on.update'])
}

/**
 * Refuses the update if one of its records would become what the condition hides.
 *
 * @param next - does it
 * @param checkRecords - checks the records as they are after it
 * @internal
 */
export async function checkPlainUpdate(
  update: PlainUpdate,
  next: () => Promise<unknown>,
  checkRecords: () => Promise<void>
): Promise<unknown> {
  const { request, judge, written, left } = update
  if (written.length) {
    const rows = left.length ? await distinctRows(update) : [{}]
    const visible = await isTrueForAll(rows, (row) => judge(request.data as object, row) ?? false)
    if (!visible) refuse(request, 'ERR_WRITE_RESTRICTED', HIDDEN)
  }
  const before = values(update)
  const result = await next()
  // handlers may have changed the data
  if (!isDeepStrictEqual(values(update), before)) await checkRecords()
  return result
}

const HIDDEN = 'You would not be allowed to see what you write.'

function distinctRows({ request, entity, left }: PlainUpdate) {
  const { ref = [entity.name] } = request.subject ?? {}
  const columns = left.map((name) => ({ ref: [name] }))
  return readRows(ref, columns, request.query?.UPDATE?.where, { distinct: true })
}

function values({ request, written, left }: PlainUpdate): unknown[] {
  return [...written, ...left].map((name) => (request.data as Record<string, unknown>)[name])
}
