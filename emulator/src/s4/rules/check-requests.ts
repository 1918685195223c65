import type cds from '@sap/cds'

import type { Cap } from '../libraries.js'
import type { Csn } from '../model/csn.js'
import { type EntityRule, rulesFor, satisfies } from './apply-rules.js'

type Rules = ReadonlyMap<string, readonly EntityRule[]>

/**
 * Checks that the user may have a record with the data of a request. CAP checks the record before the change, and this is the
 * record after it.
 */
export function checkData(req: cds.Request, rules: Rules): void {
  const data = req.data as Record<string, unknown>
  const { name } = req.target as { name: string }
  const isPermitted = rulesFor(rules, name, req.user.id, req.event).some((rule) => {
    const condition =
      req.event === 'CREATE'
        ? rule.condition
        : rule.condition.filter(({ property }) => Object.hasOwn(data, property))
    return satisfies(data, { ...rule, condition })
  })
  if (isPermitted) return
  const entity = name.split('.').at(-1) ?? ''
  req.reject(403, `No authorization to change ${entity} (user ${req.user.id})`)
}

/** A column of a query that may be an expand. */
interface Column {
  ref?: readonly (string | { id: string })[]
  expand?: readonly Column[]
  where?: readonly unknown[]
}

/** Leaves out the expanded records that the user may not display: CAP restricts the first entity of a query. */
export function restrictExpands(cap: Cap, csn: Csn, rules: Rules, req: cds.Request): void {
  const { SELECT } = req.query as { SELECT?: { columns?: readonly Column[] } }
  const { name } = req.target as { name: string }
  restrict(SELECT?.columns ?? [], name)

  function restrict(columns: readonly Column[], entity: string): void {
    for (const column of columns) {
      const [first] = column.ref ?? []
      const association = typeof first === 'object' ? first.id : first
      const { target } = csn.definitions[entity]?.elements?.[association ?? ''] ?? {}
      if (!column.expand || target === undefined) continue
      const condition = conditionOf(target)
      if (condition)
        column.where = column.where ? [...inBrackets(column.where), 'and', ...condition] : condition
      restrict(column.expand, target)
    }
  }

  function conditionOf(entity: string): unknown[] | undefined {
    const own = rulesFor(rules, entity, req.user.id, 'READ')
    if (own.some(({ where }) => where === undefined)) return undefined
    if (!own.length) return NOTHING
    const text = own.map(({ where }) => `(${where ?? ''})`).join(' or ')
    return inBrackets([cap.parse.expr(text)])
  }
}

const NOTHING = [{ val: 1 }, '=', { val: 0 }]

const inBrackets = (xpr: readonly unknown[]): unknown[] => [{ xpr }]
