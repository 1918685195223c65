import { ALIASES, type Query } from './queries.js'
import type { Reader, World } from './served-world.js'

/** The outcome of a query that somebody has sent. */
export type Verdict = 'same' | 'refused' | 'ambiguous' | 'not answered by CAP' | object

/**
 * Compares the answer to a query with that to the same query where there is nothing but what the reader may read. Without a
 * role for owners, a query that follows a path to them is refused.
 */
export async function judge(world: World, reader: Reader, query: Query): Promise<Verdict> {
  const expected = await outcome(world.expected(reader, query))
  const actual = await outcome(world.run(reader, query))
  const withoutRole = reader.ownerRole === 'none' && reaches(withoutNames(query), OWNERS)
  if (withoutRole || hasClosedSubquery(query, reader)) {
    const isRefused = isRefusal(actual) || (isFailure(expected) && isFailure(actual))
    return isRefused ? 'refused' : { query, expected: 403, actual }
  }
  if (isFailure(expected))
    return isFailure(actual) ? 'not answered by CAP' : { query, expected, actual }
  if (isFailure(actual) && actual.failure === 'ERR_RESTRICTION_UNCHECKED' && isAmbiguous(query))
    return 'ambiguous'
  if (isFailure(actual) && hasTooManyParameters(actual)) return 'not answered by CAP'
  const isSame = JSON.stringify(ordered(actual)) === JSON.stringify(ordered(expected))
  return isSame ? 'same' : { query, expected, actual }
}

/** A subquery can be on an entity only of which all records may be read. */
function hasClosedSubquery({ SELECT }: Query, { ownerRole }: Reader): boolean {
  const { from: _, ...clauses } = SELECT
  const found = [...JSON.stringify(clauses).matchAll(/"from":\{"ref":\["@(\w+)"/g)]
  const open = ['Links', 'Regions', ...(ownerRole === 'all' ? ['Owners'] : [])]
  return found.some(([, name]) => !open.includes(name!))
}

const OWNERS = ['owner', 'my_owner', 'owners', '@Owners']

interface Failure {
  readonly failure: unknown
  readonly message: string
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    const { code, status, message } = error as { code?: unknown; status?: unknown; message: string }
    return { failure: code ?? status ?? 'error', message } satisfies Failure
  }
}

function isFailure(outcome: unknown): outcome is Failure {
  return typeof outcome === 'object' && outcome !== null && 'failure' in outcome
}

/** PostgreSQL takes 65 535 parameters: a list of 10 000 values in seven places is more. CAP binds the values one by one, too. */
function hasTooManyParameters({ failure, message }: Failure): boolean {
  return failure === '08P01' && /^bind message has \d+ parameter formats/.test(message)
}

function isRefusal(outcome: unknown): boolean {
  return (
    isFailure(outcome) && ['ERR_EXPAND_RESTRICTED', 403, '403'].includes(outcome.failure as string)
  )
}

/** True if a name of the query is that of an association as well. */
function isAmbiguous(query: Query): boolean {
  return /"as":"(row|owner)"/.test(JSON.stringify(query))
}

/** The query as if there were no names in it. */
function withoutNames(query: Query): unknown {
  const names = new Set<unknown>([...ALIASES, '$main'])
  const text = JSON.stringify(query, (key, value: unknown) => {
    const isPath = key === 'ref' && Array.isArray(value) && value.length > 1
    const isNamed =
      isPath && names.has(value[0]) && JSON.stringify(query).includes(`"as":"${value[0]}"`)
    return isNamed || (isPath && value[0] === '$main') ? (value as unknown[]).slice(1) : value
  })
  return JSON.parse(text)
}

/** Records in an order that does not depend on how they were found. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, each]) => [name, ordered(each)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** True if a query looks at records at the end of one of the associations, and not at a foreign key only. */
export function reaches(query: unknown, names: readonly string[]): boolean {
  if (Array.isArray(query)) {
    return query.some(
      (each, index) => reaches(each, names) || (query[index - 1] === 'exists' && ends(each, names))
    )
  }
  if (typeof query !== 'object' || query === null) return false
  const { ref, expand, inline, from } = query as Record<string, unknown>
  if ((expand ?? inline) && ends(query, names)) return true
  if (from && ends(from, names)) return true
  if (Array.isArray(ref) && follows(ref as unknown[], names)) return true
  return Object.values(query).some((each) => reaches(each, names))
}

const nameOf = (segment: unknown) =>
  typeof segment === 'string' ? segment : ((segment as { id?: string }).id ?? '')

function ends(token: unknown, names: readonly string[]): boolean {
  const { ref } = token as { ref?: unknown[] }
  return names.includes(nameOf(ref?.at(-1) ?? ''))
}

/** The key of the owner is an element of the row. */
function follows(ref: readonly unknown[], names: readonly string[]): boolean {
  return ref.some((segment, index) => {
    const next = ref[index + 1]
    const isKey = typeof segment === 'string' && next === 'ID' && index + 2 === ref.length
    return names.includes(nameOf(segment)) && next !== undefined && !isKey
  })
}
