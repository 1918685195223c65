import { selectOne } from '../../cap.js'
import type { Segment, Token } from '../condition/types.js'
import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import { comparedBy } from '../model/governing.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'
import { rewriteQuery } from './rewrite.js'

/**
 * Reads the one record at the end of a path through an association by its own key: conditions are not for a single record
 * in OData, and some services ignore them there. The key is that of the record before it on the path.
 *
 * @param path - of at least two segments, which ends at a remote entity whose records are restricted
 * @param source - entity before the end of the path
 * @internal
 */
export async function readByOwnKey(
  service: EnforcingService,
  request: EnforcedRequest,
  path: readonly Segment[],
  source: RestrictedDefinition | undefined
): Promise<void> {
  const association = singleAt(path, source)
  if (!association) return
  const target = association._target as RestrictedDefinition
  const keys = comparedBy(target, association)
  if (!keys.length) {
    const text = 'One record of a remote service, behind a path without its key.'
    return refuse(request, 'ERR_RESTRICTION_UNCHECKED', text)
  }
  const record = (await service.run(selectOne({ ref: path.slice(0, -1) }))) as object | null
  const found = keys.map(([key, foreign]): Token[] => [
    { ref: [key] },
    '=',
    { val: valueOf(record, foreign) }
  ])
  rewriteQuery(request, ({ from, where }) => {
    if (from?.ref?.length !== path.length) return {}
    const conditions = [...found, ...(where?.length ? [[{ xpr: where }]] : [])]
    const all = conditions.flatMap((condition) => ['and', ...condition]).slice(1)
    return { from: { ...from, ref: [target.name] }, where: all }
  })
}

/** Returns the association at the end of a path if it leads to one record. */
function singleAt(
  path: readonly Segment[],
  source: RestrictedDefinition | undefined
): Definition | undefined {
  const last = path.at(-1)
  if (typeof last !== 'string' || !source) return undefined
  const element: Definition & { readonly is2one?: boolean } = source.elements?.[nameOf(last)] ?? {}
  return element.is2one ? element : undefined
}

function valueOf(record: object | null, name: string): unknown {
  return (record as Record<string, unknown> | null)?.[name] ?? null
}
