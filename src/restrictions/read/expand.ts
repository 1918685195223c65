import type { Column, Expression, Select, Token } from '../condition/types.js'
import type { EnforcedRequest } from '../request/request.js'
import { nameOf } from '../condition/mentions.js'
import { type Sources, sourcesOf, type Step, stepsOf } from './queries.js'
import { editedBy, isOwnPart, reachableIf, withFilter } from './reachable.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { rewriteQuery } from './rewrite.js'

type Columns = readonly (Column | '*')[]

/**
 * Restricts what `$expand` brings to what the user may read: the condition becomes a filter of the expanded association.
 *
 * @internal
 */
export function restrictExpand(request: EnforcedRequest, entity: RestrictedDefinition): void {
  rewriteQuery(request, (select: Select) => {
    const { columns = [], groupBy = [] } = select
    const sources = sourcesOf(select, entity)
    const restricted = columns.flatMap(
      (column) => asGrouped(column, groupBy) ?? restrict(column, sources, request)
    )
    return isSame(restricted, columns) ? {} : { columns: restricted }
  })
}

/** Records are grouped by paths, which are restricted already: what is expanded are the ends of these. */
function asGrouped(
  column: Column | '*',
  groupBy: readonly Expression[],
  above: readonly string[] = []
): Column | undefined {
  if (column === '*' || !column.expand || !column.ref) return undefined
  const names = [...above, ...column.ref.map(nameOf)]
  const path = groupBy.find(({ ref = [] }) =>
    names.every((name, index) => name === nameOf(ref[index] ?? ''))
  )?.ref
  if (!path) return undefined
  const expand = column.expand.map((each) => asGrouped(each, groupBy, names) ?? each)
  return { ...column, ref: path.slice(above.length, names.length), expand }
}

function restrictAll(columns: Columns, sources: Sources, request: EnforcedRequest): Columns {
  const restricted = columns.flatMap((column) => restrict(column, sources, request))
  return isSame(restricted, columns) ? columns : restricted
}

function isSame(some: Columns, others: Columns): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index])
}

function restrict(column: Column | '*', sources: Sources, request: EnforcedRequest): Columns {
  const kind = column !== '*' && KINDS.find((name) => column[name])
  if (!kind) return [column]
  const { from, name = '', target } = endOf(column, sources)
  const parts = column[kind]
  if (!target || !parts) return [column]
  const ref =
    !from || isOwnPart(target, from, name)
      ? column.ref
      : filtered(column, expandableIf(request, target, from, name))
  const inner = restrictAll(parts, { ...sources, entity: target }, request)
  if (ref === column.ref && inner === parts) return [column]
  if (kind === 'inline' && ref !== column.ref)
    return inlined({ ...column, ...(ref && { ref }) }, column.ref ?? [], inner, sources)
  return [{ ...column, ...(ref && { ref }), [kind]: inner }]
}

/** Columns that are only put together are those of the query itself. */
function endOf(column: Column, sources: Sources): Partial<Step> {
  return column.ref ? (stepsOf(column, sources).at(-1) ?? {}) : { target: sources.entity }
}

/** Returns the columns that are inlined of records with a condition. Their keys are those of the record that leads to them. */
function inlined(
  filtered: Column,
  path: NonNullable<Column['ref']>,
  parts: Columns,
  sources: Sources
): Column[] {
  const steps = stepsOf({ ref: path, inline: [] }, sources)
  const { element, target } = steps.at(-1) ?? {}
  const { keys = [] } = (element ?? {}) as { keys?: readonly { ref: readonly string[] }[] }
  const prefix = steps.flatMap(({ from, name }) => (from ? [name] : [])).join('_')
  const named = parts.flatMap((part) => (part === '*' ? columnsOf(target) : part))
  const isKey = ({ ref: [name] = [], as, expand, inline }: Column) =>
    !(as ?? expand ?? inline) && keys.some(({ ref }) => ref.join('_') === name)
  const own = named.filter(isKey).map((part) => {
    const ref = [...path, ...(part.ref ?? [])]
    return { ref, as: `${prefix}_${ref.slice(-1).map(nameOf).join()}` }
  })
  const others = named.filter((part) => !isKey(part))
  return [...own, ...(others.length ? [{ ...filtered, inline: others }] : [])]
}

/** CAP names the columns of `*` as without the association, if that has a filter. */
function columnsOf({ elements = {} }: Partial<RestrictedDefinition> = {}): Column[] {
  return Object.entries(elements).flatMap(([name, { _target, ...element }]) =>
    (_target ?? ('virtual' in element && element.virtual)) ? [] : { ref: [name] }
  )
}

/** Drafts are for who edits them, whatever they say. */
function expandableIf(
  request: EnforcedRequest,
  target: RestrictedDefinition,
  from: RestrictedDefinition,
  name: string
): Token | undefined {
  if (!isDraft(target)) return reachableIf(request, target, from, name)
  return isDraft(from) ? undefined : editedBy(request)
}

function isDraft({ name }: RestrictedDefinition): boolean {
  return name.endsWith('.drafts')
}

const KINDS = ['expand', 'inline'] as const

function filtered({ ref = [] }: Column, condition: ReturnType<typeof reachableIf>) {
  const last = ref.at(-1)
  return condition && last ? [...ref.slice(0, -1), withFilter(last, condition)] : ref
}
