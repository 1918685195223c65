import type cds from '@sap/cds'

import type { Cap } from '../libraries.js'
import type { Csn } from '../model/csn.js'
import { type EntityComparison, type EntityRule, rulesFor, satisfies } from './apply-rules.js'

type Rules = ReadonlyMap<string, readonly EntityRule[]>

/**
 * Checks that one rule permits the record as it is after the change: the data of the request, and what is stored of the others.
 * CAP checks the record before the change.
 */
export async function checkData(cap: Cap, req: cds.Request, rules: Rules): Promise<void> {
  const data = req.data as Record<string, unknown>
  const { name } = req.target as { name: string }
  for (const { condition } of rulesFor(rules, name, req.user.id, req.event)) {
    const isGiven = ({ property }: EntityComparison) =>
      req.event === 'CREATE' || Object.hasOwn(data, property)
    if (!satisfies(data, condition.filter(isGiven))) continue
    const stored = condition.filter((each) => !isGiven(each))
    if (!stored.length || (await isStored(cap, req, stored))) return
  }
  // there is nothing to change: the answer is 404
  if (req.event !== 'CREATE' && !(await isStored(cap, req, []))) return
  const entity = name.split('.').at(-1) ?? ''
  req.reject(403, `No authorization to change ${entity} (user ${req.user.id})`)
}

/** True if there is the record of a request, and it satisfies a condition. */
async function isStored(
  { ql, parse }: Cap,
  req: cds.Request,
  condition: readonly EntityComparison[]
): Promise<boolean> {
  const text = ['1 = 1', ...condition.map(({ expression }) => expression)].join(' and ')
  const query = ql.SELECT.one.from((req as unknown as { subject: never }).subject)
  return Boolean(await query.where(inBrackets([parse.expr(text)]) as never))
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
