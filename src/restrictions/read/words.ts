import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'
import { takesQueries } from './queries.js'
import { hasForeignName, isSeveral, isUnnamedList, type Named } from './foreign-names.js'

/**
 * Refuses a query of a client with words or functions that are none of CQN. CAP writes those into the SQL as they are, which
 * then is about any record of the database.
 *
 * @see https://cap.cloud.sap/docs/cds/cxn
 * @internal
 */
export function refuseForeignWords(
  request: ReceivedRequest,
  service: Pick<EnforcingService, 'endpoints'>
): void {
  if (!isReceived(request) || request.protocol !== undefined || !takesQueries(service)) return
  const { SELECT, INSERT, UPSERT, UPDATE, DELETE } = (request.query ?? {}) as Record<string, Write>
  const { data: _, ...update } = UPDATE ?? {}
  const clauses = { SELECT, insert: insertOf(INSERT), upsert: insertOf(UPSERT), update, DELETE }
  if (!hasForeignWord(clauses) && ![INSERT, UPSERT].some(inherits)) return
  refuse(request, 'ERR_RESTRICTION_UNCHECKED', 'The query has a word that is none of CQN.')
}

/**
 * Refuses a request that a client has sent in the place of a query. CAP would take over members that it sets itself.
 *
 * @throws error with status 400
 * @see `@sap/cds`, lib/srv/protocols/hcql.js, `exec`
 * @internal
 */
export function refuseMadeByClient(request: object): void {
  // in requests of CAP only the query has it
  if ('_subject' in request)
    throw Object.assign(new Error('The body is not a query.'), { status: 400, code: '400' })
}

/** A request that a client has sent, or the application itself. */
interface ReceivedRequest extends EnforcedRequest {
  readonly _?: { readonly req?: object }
  /** The HTTP request that this one is made in. */
  readonly http?: { readonly req?: object }
  /** The protocol, of requests whose queries CAP makes from URLs. */
  readonly protocol?: string
  /** True if the answer is a stream: of rows with `objectMode`, else of the text that a client gets. */
  readonly iterator?: boolean
  readonly objectMode?: boolean
}

/**
 * True for a query of a client. If the client wants a stream, CAP sends the query in a request of its own, which can't be told
 * from a stream of the application.
 *
 * @see `@sap/cds`, lib/srv/protocols/hcql.js, `query`
 */
function isReceived(request: ReceivedRequest): boolean {
  if (request._?.req) return true
  return Boolean(request.iterator && !request.objectMode && request.http?.req)
}

interface Write {
  readonly into?: unknown
  readonly columns?: unknown
  readonly from?: object
  readonly as?: object
  readonly data?: object
}

/** Returns what an INSERT or UPSERT has beside data: `as` is another name for `from` there. */
const insertOf = ({ into, columns, from, as }: Write = {}) => [into, { ref: columns }, from, as]

/** True for an object whose copies inherit something: CAP makes some. */
const inherits = (value: unknown) => Object.hasOwn(value ?? {}, '__proto__')

/** Properties whose lists have operators and keywords, beside operands. */
const LISTS = new Set([
  ...['xpr', 'where', 'having', 'on', 'list', 'args'],
  ...['columns', 'expand', 'inline', 'groupBy', 'orderBy']
])

/** Properties whose lists have columns. */
const COLUMNS = new Set(['columns', 'expand', 'inline'])

/** Properties that hold names and values. */
const PLAIN = new Set(['val', 'excluding'])

/** Properties whose objects have names of the model: of elements and parameters. */
const NAMED = new Set(['with', 'args'])

function hasForeignWord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isForeign(value)) return true
  return Object.entries(value).some(([name, each]: [string, unknown]) => {
    if (PLAIN.has(name)) return false
    if (inherits(each)) return true
    if (COLUMNS.has(name) && Array.isArray(each) && each.some(isUnnamedList)) return true
    const isList = LISTS.has(name) && Array.isArray(each)
    if (isList && each.some(isForeignToken)) return true
    return hasForeignWord(NAMED.has(name) ? Object.values(each ?? {}) : each)
  })
}

/** The parts of a query that CAP writes into the SQL as they are. */
interface Part extends Named {
  readonly func?: unknown
  readonly args?: unknown
  readonly param?: unknown
  readonly hints?: unknown
  readonly wait?: unknown
  readonly cast?: unknown
}

function isForeign(part: Part): boolean {
  const { func, args, param, ref, hints, wait = 0, cast } = part
  if (hasForeignName(part) || isSeveral(part)) return true
  if (func !== undefined && !isKnownFunction(func, args)) return true
  if (isForeignCast(cast)) return true
  const names = Boolean(param) && Array.isArray(ref) ? (ref as unknown[]) : []
  if (names.some((name) => typeof name !== 'string' || !/^\w+$/.test(name))) return true
  return hints !== undefined || typeof wait !== 'number'
}

/** CAP writes the name of a type that it does not know, and the facets of one that it does, into the SQL as they are. */
function isForeignCast(cast: unknown): boolean {
  if (typeof cast !== 'object' || cast === null) return false
  return Object.entries(cast).some(([name, each]) => {
    if (name === 'type') return typeof each !== 'string' || !/^[\w.]+$/.test(each)
    return !FACETS.has(name) || !/^\w+$/.test(String(each))
  })
}

const FACETS = new Set(['length', 'precision', 'scale', 'srid', 'notNull'])

function isForeignToken(token: unknown): boolean {
  if (typeof token !== 'string') return false
  return !token
    .toLowerCase()
    .split(' ')
    .every((word) => WORDS.has(word))
}

const WORDS = new Set([
  ...['*', '=', '==', '!=', '<>', '<', '<=', '>', '>=', '+', '-', '/', '%', '||', '(', ')', ','],
  ...['and', 'or', 'not', 'in', 'like', 'escape', 'between', 'is', 'null', 'exists', 'distinct'],
  ...['case', 'when', 'then', 'else', 'end', 'asc', 'desc', 'nulls', 'first', 'last'],
  ...['over', 'partition', 'order', 'by', 'rows', 'range', 'unbounded', 'preceding', 'following'],
  ...['current', 'row']
])

/** CAP writes a text that is counted into the SQL as it is, also in a list. */
function isKnownFunction(func: unknown, args: unknown): boolean {
  if (typeof func !== 'string' || !FUNCTIONS.has(func.toLowerCase())) return false
  const isText = (each: unknown) => {
    const { val } = (each ?? {}) as { val?: unknown }
    return typeof val === 'string' || (typeof val === 'object' && val !== null)
  }
  return !/^count/i.test(func) || !Object.values(args ?? {}).some(isText)
}

/** Functions of CQL and OData, and those that databases have in common. */
const FUNCTIONS = new Set([
  ...['average', 'avg', 'count', 'countdistinct', 'max', 'min', 'sum', 'stddev', 'variance'],
  ...['concat', 'contains', 'endswith', 'indexof', 'length', 'matchespattern', 'startswith'],
  ...['substring', 'substr', 'tolower', 'toupper', 'lower', 'upper', 'trim', 'ltrim', 'rtrim'],
  ...['lpad', 'rpad', 'left', 'right', 'replace', 'instr', 'locate', 'search', '$search'],
  ...['ceiling', 'ceil', 'floor', 'round', 'abs', 'mod', 'power', 'sqrt', 'sign'],
  ...['coalesce', 'ifnull', 'nullif', 'greatest', 'least', 'cast'],
  ...['year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalseconds', 'date', 'time'],
  ...['totalseconds', 'totaloffsetminutes', 'now', 'mindatetime', 'maxdatetime'],
  ...['current_date', 'current_time', 'current_timestamp', 'add_days', 'add_months', 'add_years'],
  ...['years_between', 'months_between', 'days_between', 'seconds_between', 'nano100_between'],
  ...['row_number', 'rank', 'dense_rank', 'ntile', 'lag', 'lead', 'first_value', 'last_value']
])
