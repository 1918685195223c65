import { column, from, ID, KNOWN, refusesQuery, select, SQL } from '../support/words.js'

/** Values that are no text, but could become one. */
const NO_TEXTS = [[SQL], ['ID'], [], 7, true, {}, { id: SQL }]

describe('a name', () => {
  const named = (as: unknown) => ({ ...from, as })

  test.each<[string, (as: unknown) => object]>([
    ['a source', (as) => select({ from: named(as) })],
    ['a column', (as) => column({ ...ID, as })],
    ['a subquery', (as) => column({ ...select({}), as })],
    ['a source in a subquery', (as) => select({ where: ['exists', select({ from: named(as) })] })],
    ['an expanded record', (as) => column({ ref: ['order'], expand: ['*'], as })],
    ['what an UPDATE is about', (as) => ({ UPDATE: { entity: named(as), data: {} } })],
    ['what a DELETE is about', (as) => ({ DELETE: { from: named(as) } })],
    ['what an INSERT is about', (as) => ({ INSERT: { into: named(as), entries: [] } })],
    ['what an UPSERT is about', (as) => ({ UPSERT: { into: named(as), entries: [] } })]
  ])('of %s is a text', (_, query) => {
    for (const as of NO_TEXTS) expect([as, refusesQuery(query(as))]).toEqual([as, true])
    for (const as of ['x', SQL, '', null, undefined])
      expect([as, refusesQuery(query(as))]).toEqual([as, false])
  })

  test('that CAP gives to a source is one, too', () => {
    const given = (uniqueSubqueryAlias: unknown) =>
      refusesQuery(select({ from: { ...from, uniqueSubqueryAlias } }))
    for (const name of NO_TEXTS) expect([name, given(name)]).toEqual([name, true])
    expect(given('$O2')).toBe(false)
  })

  test('is missing in no column with a list of values', () => {
    for (const clause of ['columns', 'expand', 'inline']) {
      const has = (one: object) => refusesQuery(select({ [clause]: [ID, one] }))
      expect([clause, has({ val: [SQL] })]).toEqual([clause, true])
      expect([clause, has({ val: [SQL], as: 'x' })]).toEqual([clause, false])
      expect([clause, has({ val: SQL })]).toEqual([clause, false])
    }
    expect(refusesQuery(select({ where: [ID, '=', { val: [SQL] }] }))).toBe(false)
  })
})

test('a column that is written has a text as its name', () => {
  for (const kind of ['INSERT', 'UPSERT']) {
    const writes = (...columns: unknown[]) =>
      refusesQuery({ [kind]: { into: from, columns, rows: [[1, 2]] } })
    for (const name of [[SQL], ['ID'], 7, null, {}])
      expect([name, writes('ID', name)]).toEqual([name, true])
    expect(writes('ID', SQL)).toBe(false)
  }
})

describe('a segment of a path', () => {
  const has = (...ref: unknown[]) => refusesQuery(column({ ref, as: 'x' }))

  test('is a text, or has one as its name', () => {
    for (const segment of [['order'], [SQL], 7, null, {}, { id: ['order'] }, { id: 7 }])
      for (const ref of [[segment], [segment, 'ID'], ['order', segment]])
        expect([ref, has(...ref)]).toEqual([ref, true])
    for (const ref of [['order', 'ID'], [{ id: 'order', where: [KNOWN] }, 'ID'], [SQL]])
      expect([ref, has(...ref)]).toEqual([ref, false])
  })

  test('is a text also in what is selected or written', () => {
    for (const ref of [[['S.Open']], ['S.Open', ['order']]]) {
      expect(refusesQuery(select({ from: { ref } }))).toBe(true)
      expect(refusesQuery({ INSERT: { into: { ref }, entries: [] } })).toBe(true)
    }
  })

  test('neither groups records nor orders them by a path', () => {
    const path = { ref: ['order', 'title'] }
    const clauses = [{ groupBy: [ID] }, { having: [KNOWN] }, { orderBy: [path] }, { orderBy: 'ID' }]
    for (const orderBy of [[{ ref: [{ id: 'ID' }] }], [KNOWN], [ID, path], [null]])
      clauses.push({ orderBy } as never)
    for (const clause of clauses) {
      expect([clause, has({ id: 'order', ...clause })]).toEqual([clause, true])
      expect(refusesQuery({ DELETE: { from: { ref: [{ id: 'S.Open', ...clause }] } } })).toBe(true)
    }
    expect(has({ id: 'items', orderBy: [{ ...ID, sort: 'desc' }], limit: { rows: 1 } })).toBe(false)
  })
})

describe('an attribute of the user', () => {
  const has = (...names: unknown[]) => refusesQuery(column({ ref: ['$user', ...names], as: 'x' }))

  test('has a name of letters, digits, points and hyphens', () => {
    for (const names of [[], ['id'], ['plant_1'], ['cost-center'], ['a.b'], ['address', 'city']])
      expect([names, has(...names)]).toEqual([names, false])
    for (const name of [SQL, "x'", 'x y', '', '(', { id: SQL }])
      expect([name, has(name), has('id', name)]).toEqual([name, true, true])
  })

  test('has it everywhere in a query', () => {
    const user = { ref: ['$user', SQL] }
    const named = { ref: [{ id: '$user' }, SQL] }
    for (const one of [user, named]) {
      expect(refusesQuery(select({ where: [ID, '=', one] }))).toBe(true)
      expect(refusesQuery({ UPDATE: { entity: from, with: { name: one } } })).toBe(true)
      expect(refusesQuery(column({ ref: ['order'], expand: [one] }))).toBe(true)
    }
    expect(refusesQuery(column({ ref: ['order', SQL] }))).toBe(false)
  })
})

test('an expression is one only', () => {
  const kinds: object[] = [ID, { val: 1 }, { list: [ID] }, { func: 'max' }, select({}), { SET: {} }]
  for (const one of [...kinds, { xpr: [ID] }]) {
    expect([one, refusesQuery(column({ ...one, as: 'x' }))]).toEqual([one, false])
    for (const other of kinds.filter((each) => Object.keys(each)[0] !== Object.keys(one)[0])) {
      const both = { ...one, ...other, as: 'x' }
      const isWindow = 'func' in both && 'xpr' in both
      expect([both, refusesQuery(column(both))]).toEqual([both, !isWindow])
      expect([both, refusesQuery(select({ where: [both] }))]).toEqual([both, !isWindow])
    }
  }
  expect(refusesQuery(select({ from: { ...from, ...select({}) } }))).toBe(true)
  expect(refusesQuery(column({ ...ID, val: null }))).toBe(true)
})

test('a join is one of SQL', () => {
  const joined = (join: unknown) => refusesQuery(select({ from: { join, args: [from, from] } }))
  for (const join of ['inner', 'LEFT', 'left outer', 'right', 'full', 'full outer', 'cross'])
    expect([join, joined(join)]).toEqual([join, false])
  for (const join of [SQL, '', 'left x', 'x left', 'left  outer', 'outer', null, ['left'], 1])
    expect([join, joined(join)]).toEqual([join, true])
})

describe('a hierarchy', () => {
  const recurse = { ref: ['parent'] }

  test('has plain names', () => {
    const has = ([as, ...ref]: readonly unknown[]) =>
      refusesQuery(select({ from: { ...from, as }, recurse, orderBy: [{ ref }] }))
    for (const names of [[undefined], ['x'], ['$O', 'name'], ['x', '$main', { id: 'name' }]])
      expect([names, has(names)]).toEqual([names, false])
    for (const names of [[SQL], ['x]'], ['x', SQL], ['x', 'x', 'n]'], ['x', { id: 'n]' }]])
      expect([names, has(names)]).toEqual([names, true])
    expect(refusesQuery(select({ recurse }))).toBe(false)
    expect(refusesQuery(select({ recurse, from: { ...from, uniqueSubqueryAlias: 'x]' } }))).toBe(
      true
    )
  })

  test('is what says so; other queries have any name', () => {
    expect(refusesQuery(select({ from: { ...from, as: SQL }, orderBy: [{ ref: [SQL] }] }))).toBe(
      false
    )
  })
})

test('nothing in a query says what it inherits', () => {
  const inherits = JSON.parse(`{ "__proto__": { "val": 1 }, "ref": ["ID"] }`) as object
  const asNames = JSON.parse(`{ "__proto__": { "ref": ["ID"] } }`) as object
  expect(refusesQuery(column(inherits))).toBe(true)
  expect(refusesQuery(column({ func: 'count', args: [inherits] }))).toBe(true)
  expect(refusesQuery(column({ func: 'max', args: asNames }))).toBe(true)
  expect(refusesQuery({ SELECT: inherits })).toBe(true)
  expect(refusesQuery({ DELETE: { from: inherits } })).toBe(true)
  expect(refusesQuery({ INSERT: inherits })).toBe(true)
  expect(refusesQuery({ UPSERT: inherits })).toBe(true)
  expect(refusesQuery({ UPDATE: { entity: from, with: asNames } })).toBe(true)
  expect(refusesQuery({ UPDATE: { entity: from, data: inherits } })).toBe(false)
  expect(refusesQuery(column({ val: inherits, as: 'x' }))).toBe(false)
})
