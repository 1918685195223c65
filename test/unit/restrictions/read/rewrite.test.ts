import type { Query, Select, Token } from '../../../../src/restrictions/condition/types.js'
import { rewriteQuery } from '../../../../src/restrictions/read/rewrite.js'
import { requestOf } from '../support/request.js'

const ID = { ref: ['ID'] }
const FOUND: Token[] = [ID, '=', { val: 1 }]
const MORE: Token[] = [ID, '<', { val: 9 }]

/** Rewrites a query. */
function rewritten(query: object | undefined, clausesOf: (select: Select) => Partial<Select>) {
  const request = requestOf([], { query })
  rewriteQuery(request, clausesOf)
  return request.query as Query
}
const withCondition = () => ({ where: FOUND })

/** The query with all its clauses, its own and those that it inherits. */
const all = (select: object | undefined) => {
  const clauses: Record<string, unknown> = {}
  for (const name in select) clauses[name] = Reflect.get(select, name)
  return clauses
}

describe('a query', () => {
  test('is another one with the clauses, and the former stays as it is', () => {
    const query = { SELECT: { from: { ref: ['S.A'] }, columns: [ID] } }
    const before = structuredClone(query)
    const changed = rewritten(query, withCondition)
    expect(query).toEqual(before)
    expect(all(changed.SELECT)).toEqual({ ...before.SELECT, where: FOUND })
    expect(Object.getPrototypeOf(changed)).toBe(query)
  })

  test('is the same one without clauses to replace', () => {
    const query = { SELECT: { from: { ref: ['S.A'] }, columns: [ID] } }
    expect(rewritten(query, () => ({}))).toBe(query)
  })

  test('is left alone if it is no SELECT, or there is none', () => {
    const update = { UPDATE: { entity: { ref: ['S.A'] } } }
    expect(rewritten(update, withCondition)).toBe(update)
    expect(rewritten(undefined, withCondition)).toBeUndefined()
  })

  test('may select from nothing', () => {
    expect(all(rewritten({ SELECT: { columns: [ID] } }, withCondition).SELECT)).toEqual({
      columns: [ID],
      where: FOUND
    })
  })
})

/** A query that another one selects from. */
interface Inner {
  readonly SELECT: Select
  readonly as?: string
  where(condition: readonly Token[]): void
}

describe('a query that it selects from', () => {
  const innerOf = (inner: object, clausesOf = withInner) => {
    const query = rewritten({ SELECT: { from: inner, columns: [ID] } }, clausesOf)
    expect(query.SELECT?.columns).toEqual([ID])
    return query.SELECT?.from as unknown as Inner
  }
  const withInner = ({ from }: Select) => (from?.ref ? { columns: [ID] } : {})
  const plain = (clauses: object = {}) => ({ SELECT: { from: { ref: ['S.A'] }, ...clauses } })

  test('is another one as well, with its name', () => {
    const inner = { ...plain({ where: MORE }), as: 'x' }
    const before = structuredClone(inner)
    const found = innerOf(inner)
    expect(inner).toEqual(before)
    expect({ ...found }).toEqual({ SELECT: { ...before.SELECT, columns: [ID] }, as: 'x' })
    expect(Object.keys(innerOf(plain()))).toEqual(['SELECT'])
  })

  test('has all clauses by itself, also of a query without prototype', () => {
    const bare = { SELECT: Object.assign(Object.create(null) as object, plain().SELECT) }
    for (const inner of [plain({ limit: 1 }), bare])
      expect(Object.keys(innerOf(inner).SELECT)).toEqual(
        Object.keys({ ...inner.SELECT, columns: 1 })
      )
  })

  test('takes further conditions', () => {
    const inner = innerOf(plain())
    inner.where(FOUND)
    expect(inner.SELECT.where).toEqual(FOUND)
    inner.where(MORE)
    expect(inner.SELECT.where).toEqual([{ xpr: FOUND }, 'and', { xpr: MORE }])
    expect(Object.keys(inner)).toEqual(['SELECT'])
    const empty = innerOf(plain({ where: [] }))
    empty.where(FOUND)
    expect(empty.SELECT.where).toEqual(FOUND)
  })

  test('keeps the method that it has for that', () => {
    const built = SELECT.from('S.A') as unknown as Inner
    const inner = innerOf(built)
    expect(Object.getPrototypeOf(inner)).toBe(built)
    expect(inner.where).toBe(built.where)
  })

  test('is changed at any depth', () => {
    const query = rewritten({ SELECT: { from: plain({ from: plain() }) } }, withInner)
    expect(query.SELECT?.from?.SELECT?.from?.SELECT?.columns).toEqual([ID])
  })
})
