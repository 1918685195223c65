import type { Column } from '../condition/types.js'
import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import type { RestrictedDefinition } from './definition.js'

/** Element with the members that are read here besides its type. */
interface Element extends Definition {
  readonly value?: unknown
  readonly virtual?: boolean
  readonly '@cds.on.update'?: unknown
}

/** View with the members that are read here. */
interface View {
  readonly columns?: readonly (Column | '*')[]
  readonly from?: { readonly ref?: readonly unknown[] }
}

/**
 * The element of a table that an element of an entity shows as it is, with the table's name; nothing for what is calculated,
 * comes from another table, or is set by the database service.
 *
 * @internal
 */
export function storedElement(entity: RestrictedDefinition, name: string): string | undefined {
  const element = entity.elements?.[name] as Element | undefined
  if (!element || element.virtual || element.value || element['@cds.on.update']) return undefined
  if (element._target || element.elements) return undefined
  const { query } = entity as { query?: { SELECT?: View; _target?: RestrictedDefinition } }
  if (!query) return `${entity.name}/${name}`
  const { columns, from } = query.SELECT ?? {}
  if (!query._target || from?.ref?.length !== 1) return undefined
  const column = columns?.find((each) => each !== '*' && nameOfColumn(each) === name)
  if (!column || column === '*') return storedElement(query._target, name)
  const [source, ...more] = column.ref ?? []
  if (typeof source !== 'string' || more.length || column.func || column.xpr) return undefined
  return storedElement(query._target, source)
}

function nameOfColumn({ as, ref }: Column & { readonly as?: string }): string | undefined {
  const last = ref?.at(-1)
  return as ?? (last === undefined ? undefined : nameOf(last))
}
