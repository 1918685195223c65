import cds from '@sap/cds'

import { refuseForeignWords, refuseMadeByClient } from '../../../../src/restrictions/read/words.js'
import {
  sent,
  REFUSED,
  refuses,
  refusesQuery,
  from,
  select,
  column,
  ID,
  SQL,
  FOREIGN,
  KNOWN,
  HCQL
} from '../support/words.js'

describe('a word', () => {
  test.each([
    ...['*', '=', '==', '!=', '<>', '<', '<=', '>', '>=', '+', '-', '/', '%', '||', '(', ')', ','],
    ...['and', 'or', 'not', 'in', 'like', 'escape', 'between', 'is', 'null', 'exists', 'distinct'],
    ...['case', 'when', 'then', 'else', 'end', 'asc', 'desc', 'nulls', 'first', 'last', 'over'],
    ...['partition', 'order', 'by', 'rows', 'range', 'unbounded', 'preceding', 'following'],
    ...['current', 'row', 'AND', 'Is Not', 'order by', 'rows between unbounded preceding']
  ])('of CQN is permitted: %s', (word) => {
    expect(refusesQuery(column({ xpr: [ID, word, ID] }))).toBe(false)
  })

  test.each([
    ...['select', 'from', 'union', 'where', 'join', 'having', 'into', 'limit', 'with', 'collate'],
    ...['', ' ', 'x', '1', '--', '/*', ';', '.', "'", '"', '?', '->', '||(', 'and1', 'and\tor'],
    ...['and x', 'x and', 'and  or', 'and union and', 'is not null union', SQL]
  ])('that is none of CQN is refused: "%s"', (word) => {
    expect(refusesQuery(column({ xpr: [ID, word, ID] }))).toBe(true)
  })

  test('is refused before, between and behind operands', () => {
    for (const xpr of [[SQL], [SQL, ID], [ID, SQL], ['not', SQL], [SQL, 'is', 'null']])
      expect([xpr, refusesQuery(column({ xpr }))]).toEqual([xpr, true])
  })
})

describe('a function', () => {
  test.each([
    ...['average', 'avg', 'count', 'countdistinct', 'max', 'min', 'sum', 'stddev', 'variance'],
    ...['concat', 'contains', 'endswith', 'indexof', 'length', 'matchespattern', 'startswith'],
    ...['substring', 'substr', 'tolower', 'toupper', 'lower', 'upper', 'trim', 'ltrim', 'rtrim'],
    ...['lpad', 'rpad', 'left', 'right', 'replace', 'instr', 'locate', 'search', '$search'],
    ...['ceiling', 'ceil', 'floor', 'round', 'abs', 'mod', 'power', 'sqrt', 'sign', 'coalesce'],
    ...['ifnull', 'nullif', 'greatest', 'least', 'cast', 'year', 'month', 'day', 'hour', 'minute'],
    ...['second', 'fractionalseconds', 'date', 'time', 'totalseconds', 'totaloffsetminutes'],
    ...['now', 'mindatetime', 'maxdatetime', 'current_date', 'current_time', 'current_timestamp'],
    ...['add_days', 'add_months', 'add_years', 'years_between', 'months_between', 'days_between'],
    ...['seconds_between', 'nano100_between', 'row_number', 'rank', 'dense_rank', 'ntile', 'lag'],
    ...['lead', 'first_value', 'last_value', 'toUpper', 'MAX']
  ])('that is known is permitted: %s', (func) => {
    expect(refusesQuery(column({ func, args: [ID, null, { val: 1 }] }))).toBe(false)
    expect(refusesQuery(column({ func }))).toBe(false)
  })

  test.each<unknown>([
    ...['pg_read_file', 'load_extension', 'session_context', 'readfile', 'random', 'max2', 'amax'],
    ...['', ' ', 'max ', `abs(${SQL}), max`, 'toString', 'constructor'],
    ...[null, 1, true, ['max'], { toLowerCase: 'max' }]
  ])('that is not is refused: %p', (func) => {
    expect(refusesQuery(column({ func, args: [ID] }))).toBe(true)
  })

  test('has no foreign word in its arguments, in a list or by name', () => {
    for (const func of ['max', 'concat']) {
      expect(refusesQuery(column({ func, args: [SQL] }))).toBe(true)
      expect(refusesQuery(column({ func, args: [ID, FOREIGN] }))).toBe(true)
      expect(refusesQuery(column({ func, args: { a: KNOWN, b: FOREIGN } }))).toBe(true)
      expect(refusesQuery(column({ func, args: { val: FOREIGN } }))).toBe(true)
      expect(refusesQuery(column({ func, args: { excluding: { xpr: [SQL] } } }))).toBe(true)
      expect(refusesQuery(column({ func, args: { a: KNOWN, b: ID } }))).toBe(false)
      expect(refusesQuery(column({ func, args: { wait: ID, cast: ID } }))).toBe(false)
      expect(refusesQuery(column({ func, args: null }))).toBe(false)
      expect(refusesQuery(column({ func, args: ['*', 'distinct', KNOWN] }))).toBe(false)
    }
  })

  test.each(['count', 'countdistinct', 'COUNT', 'CountDistinct'])('counts no text: %s', (func) => {
    const counts = (args: unknown) => refusesQuery(column({ func, args }))
    expect(counts([{ val: SQL }])).toBe(true)
    expect(counts([ID, { val: SQL }])).toBe(true)
    expect(counts([{ val: [SQL] }])).toBe(true)
    expect(counts({ of: { val: SQL } })).toBe(true)
    expect(counts(['*'])).toBe(false)
    expect(counts([ID])).toBe(false)
    expect(counts([{ val: 1 }, { val: null }, null])).toBe(false)
  })

  test('has texts as other arguments', () => {
    for (const func of ['max', 'concat', 'replace', 'contains'])
      expect(refusesQuery(column({ func, args: [{ val: SQL }] }))).toBe(false)
  })
})

describe('a query has foreign words', () => {
  const asColumn = (SELECT: object) => ({ SELECT, as: 'x' })

  test.each<[string, object]>([
    ['a column', select({ columns: [SQL] })],
    ['an expression', column(FOREIGN)],
    ['an expression in an expression', column({ xpr: ['not', { xpr: ['(', FOREIGN, ')'] }] })],
    ['one column of several', select({ columns: ['*', ID, FOREIGN] })],
    ['what is excluded from no list', select({ columns: ['*', 'title'] })],
    ['a condition', select({ where: [ID, '=', { val: 1 }, SQL] })],
    ['a condition of groups', select({ having: [SQL] })],
    ['groups', select({ groupBy: [SQL] })],
    ['an order', select({ orderBy: [{ ...ID, sort: 'asc' }, SQL] })],
    ['an expression of an order', select({ orderBy: [{ ...FOREIGN, sort: 'asc' }] })],
    ['a list', select({ where: [ID, 'in', { list: [SQL] }] })],
    ['an expression in a list', select({ where: [ID, 'in', { list: [FOREIGN] }] })],
    ['what is expanded', column({ ref: ['order'], expand: [SQL] })],
    ['an expression of what is expanded', column({ ref: ['order'], expand: ['*', FOREIGN] })],
    ['what is in line', column({ ref: ['order'], inline: [SQL] })],
    ['a filter', select({ from: { ref: [{ id: 'S.Open', where: [SQL] }] } })],
    ['a filter of a path', column({ ref: [{ id: 'order', where: [SQL] }, 'title'] })],
    ['an argument of a view', select({ from: { ref: [{ id: 'S.V', args: { p: FOREIGN } }] } })],
    ['a window', column({ func: 'rank', args: [], xpr: ['over', { xpr: [SQL] }] })],
    ['a join', select({ from: { join: 'left', args: [from, from], on: [SQL] } })],
    [
      'one side of a join',
      select({ from: { join: 'left', args: [from, column(FOREIGN)], on: [] } })
    ],
    ['a union', select({ from: { SET: { op: 'union', args: [select({}), column(FOREIGN)] } } })],
    ['the query of a query', select({ from: { ...column(FOREIGN), as: 'y' } })],
    ['a subquery', select({ where: ['exists', column(FOREIGN)] })],
    ['a subquery as a column', column(asColumn({ from, columns: [FOREIGN] }))],
    ['a number of rows', select({ limit: { rows: FOREIGN } })]
  ])('in %s', (_, query) => {
    expect(refusesQuery(query)).toBe(true)
  })

  test.each<[string, object]>([
    ['values', select({ where: [ID, '=', { val: SQL }] })],
    ['values that are objects', column({ val: { xpr: [SQL], func: 'x', hints: [SQL] } })],
    ['names that are excluded', select({ columns: ['*'], excluding: ['title', SQL] })],
    ['names', column({ ref: [SQL, 'x'], as: SQL })],
    ['names of hierarchies', select({ from: { ref: [SQL], as: SQL } })],
    ['all columns', select({ columns: ['*'] })],
    ['expressions of CQN', select({ columns: [KNOWN], where: [KNOWN], orderBy: [KNOWN] })],
    ['nothing', select({ where: null, columns: undefined, limit: 0, one: true })]
  ])('but not in %s', (_, query) => {
    expect(refusesQuery(query)).toBe(false)
  })

  test('only if a list has them: a property of that name that is a text is none', () => {
    expect(refusesQuery(column({ ref: ['list'], as: 'where', on: 'x', args: 'x' }))).toBe(false)
  })
})

describe('a write has foreign words', () => {
  const where = [ID, '=', { val: 1 }]

  test.each<[string, object]>([
    ['the query of an INSERT', { INSERT: { into: from, as: column(FOREIGN) } }],
    ['the query of an UPSERT', { UPSERT: { into: from, as: column(FOREIGN) } }],
    ['what an INSERT is from', { INSERT: { into: from, from: column(FOREIGN) } }],
    ['what an UPSERT is from', { UPSERT: { into: from, from: column(FOREIGN) } }],
    ['the path of an INSERT', { INSERT: { into: { ref: [{ id: 'S', where: [SQL] }] } } }],
    ['the values of an UPDATE', { UPDATE: { entity: from, with: { name: FOREIGN }, where } }],
    ['the value of an element of any name', { UPDATE: { entity: from, with: { val: FOREIGN } } }],
    ['the condition of an UPDATE', { UPDATE: { entity: from, data: {}, where: [SQL] } }],
    ['the path of an UPDATE', { UPDATE: { entity: { ref: [{ id: 'S', where: [SQL] }] } } }],
    ['the condition of a DELETE', { DELETE: { from, where: [SQL] } }],
    ['the path of a DELETE', { DELETE: { from: { ref: [{ id: 'S.Open', where: [SQL] }] } } }]
  ])('in %s', (_, query) => {
    expect(refusesQuery(query)).toBe(true)
  })

  test.each<[string, object]>([
    [
      'the data of an UPDATE',
      { UPDATE: { entity: from, data: { where: [SQL], ...FOREIGN }, where } }
    ],
    ['the data of an INSERT', { INSERT: { into: from, entries: [{ list: [SQL], wait: SQL }] } }],
    ['the data of an UPSERT', { UPSERT: { into: from, entries: [{ func: SQL, hints: SQL }] } }],
    ['a query of CQN', { INSERT: { into: from, as: column(KNOWN) } }],
    ['what a write of CQN is from', { UPSERT: { into: from, from: column(KNOWN) } }],
    ['a value of CQN', { UPDATE: { entity: from, with: { name: KNOWN }, where } }],
    ['an element of any name', { UPDATE: { entity: from, with: { wait: KNOWN, func: ID } } }],
    ['a condition of CQN', { DELETE: { from, where } }]
  ])('but not in %s', (_, query) => {
    expect(refusesQuery(query)).toBe(false)
  })
})

describe('nothing is refused', () => {
  const query = column(FOREIGN)

  test('of the application itself, which sends no HTTP request', () => {
    for (const _ of [undefined, {}, { req: undefined }])
      expect(refuses(sent(query, { _ }))).toBe(false)
  })

  test('of a stream of the application itself, but of what may be one of a client', () => {
    const inner = { _: {}, iterator: true }
    const http = { req: {} }
    expect(refuses(sent(query, inner))).toBe(false)
    expect(refuses(sent(query, { ...inner, http, objectMode: true }))).toBe(false)
    expect(refuses(sent(query, { _: {}, http }))).toBe(false)
    expect(refuses(sent(query, { ...inner, http, objectMode: false }))).toBe(true)
  })

  test('of a protocol whose queries CAP makes from URLs', () => {
    expect(refuses(sent(query, { protocol: 'odata' }))).toBe(false)
    expect(refuses(sent(query, { protocol: undefined }))).toBe(true)
  })

  test('by a service that takes no queries of clients', () => {
    for (const service of [{}, { endpoints: [] }, { endpoints: [{ kind: 'odata' }] }])
      expect(refuses(sent(query), service)).toBe(false)
  })

  test('without a query', () => {
    for (const none of [undefined, null, {}]) expect(refuses(sent(none))).toBe(false)
  })
})

test('somebody who has not said who he is gets 401', () => {
  const user = { is: () => false, _is_anonymous: true }
  expect(() => {
    refuseForeignWords(sent(column(FOREIGN), { user }), HCQL)
  }).toThrow(expect.objectContaining({ ...REFUSED, status: 401 }))
})

describe('a request in the place of a query', () => {
  const query = select({})
  const check = (request: object) => () => {
    refuseMadeByClient(request)
  }

  test('is refused', () => {
    const request = new cds.Request({ event: 'READ', query, _subject: from } as never)
    const refused = { message: 'The body is not a query.', status: 400, code: '400' }
    expect(check(request)).toThrow(expect.objectContaining(refused) as Error)
    // as CAP does for each of several queries
    expect(check(Object.create(request) as object)).toThrow(
      expect.objectContaining(refused) as Error
    )
  })

  test('is none of CAP itself', () => {
    for (const made of [{ query }, { event: 'act', data: { event: 'x' } }, {}])
      expect(check(new cds.Request(made as never))).not.toThrow()
  })
})
