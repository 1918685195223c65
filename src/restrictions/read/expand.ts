import type { Expression, Token } from '../condition/types.js'
import type { Column, EnforcedRequest, Select } from '../request.js'
import { nameOf } from '../condition/mentions.js'
import { type Sources, sourcesOf, stepsOf } from './queries.js'
import { isOwnPart, reachableIf, withFilter } from './reachable.js'
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
    const restricted = columns.map(
      (column) => asGrouped(column, groupBy) ?? restrict(column, sources, request)
    )
    return restricted.every((each, index) => each === columns[index]) ? {} : { columns: restricted }
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
  const restricted = columns.map((column) => restrict(column, sources, request))
  return restricted.every((column, index) => column === columns[index]) ? columns : restricted
}

function restrict(column: Column | '*', sources: Sources, request: EnforcedRequest): Column | '*' {
  const kind = column !== '*' && KINDS.find((name) => column[name])
  if (!kind) return column
  const { from, name = '', target } = stepsOf(column, sources).at(-1) ?? {}
  const parts = column[kind]
  if (!target || !parts) return column
  const ref =
    !from || isOwnPart(target, from, name)
      ? column.ref
      : filtered(column, expandableIf(request, target, from, name))
  const inner = restrictAll(parts, { ...sources, entity: target }, request)
  if (ref === column.ref && inner === parts) return column
  const named = kind === 'inline' && ref !== column.ref ? inner.flatMap(namedBy(target)) : inner
  return { ...column, ...(ref && { ref }), [kind]: named }
}

/** CAP names the columns of `*` as without the association, if that has a filter. */
function namedBy({ elements = {} }: RestrictedDefinition) {
  const names = Object.entries(elements).flatMap(([name, { _target, ...element }]) =>
    (_target ?? ('virtual' in element && element.virtual)) ? [] : name
  )
  return (column: Column | '*'): (Column | '*')[] =>
    column === '*' ? names.map((name) => ({ ref: [name] })) : [column]
}

/** Drafts are for who edits them, whatever they say. */
function expandableIf(
  request: EnforcedRequest,
  target: RestrictedDefinition,
  from: RestrictedDefinition,
  name: string
): Token | undefined {
  if (!isDraft(target)) return reachableIf(request, target, from, name)
  if (isDraft(from)) return undefined
  const owner = [{ ref: ['InProcessByUser'] }, '=', { val: request.user.id }]
  return { xpr: ['exists', { ref: [{ id: 'DraftAdministrativeData', where: owner }] }] }
}

function isDraft({ name }: RestrictedDefinition): boolean {
  return name.endsWith('.drafts')
}

const KINDS = ['expand', 'inline'] as const

function filtered({ ref = [] }: Column, condition: ReturnType<typeof reachableIf>) {
  const last = ref.at(-1)
  return condition && last ? [...ref.slice(0, -1), withFilter(last, condition)] : ref
}
