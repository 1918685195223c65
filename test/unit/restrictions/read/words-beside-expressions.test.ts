import { refusesQuery, select, column, ID, SQL } from '../support/words.js'

describe('a parameter', () => {
  const refusesNames = (ref: unknown, param: unknown = true) => refusesQuery(column({ ref, param }))

  test('has a name of letters, digits and underscores', () => {
    expect(refusesNames(['p'])).toBe(false)
    expect(refusesNames(['long_Name2', 'x'])).toBe(false)
    for (const name of [SQL, 'p x', 'p)', '(p', '', '?', 'p-1'])
      expect([name, refusesNames([name]), refusesNames(['p', name])]).toEqual([name, true, true])
  })

  test('has no other names than texts', () => {
    for (const name of [null, 7, { id: 'p' }, ['p'], undefined])
      expect([name, refusesNames([name])]).toEqual([name, true])
    expect(refusesNames(undefined)).toBe(false)
    expect(refusesNames('p')).toBe(false)
  })

  test('is what CAP takes for one, whatever value says so', () => {
    for (const param of [1, 'yes', {}, []])
      expect([param, refusesNames([SQL], param)]).toEqual([param, true])
  })

  test('is what says so; other names may be anything', () => {
    expect(refusesNames([SQL], false)).toBe(false)
    expect(refusesQuery(column({ ref: [SQL] }))).toBe(false)
  })
})

describe('a type that a value is cast to', () => {
  const refusesCast = (cast: unknown) => refusesQuery(column({ ...ID, cast }))

  test('has a name, and numbers or names as facets', () => {
    for (const type of ['cds.String', 'sap.common.Locale', 'Name_2'])
      expect([type, refusesCast({ type })]).toEqual([type, false])
    expect(refusesCast({ type: 'cds.String', length: 10, notNull: true })).toBe(false)
    expect(refusesCast({ type: 'cds.Decimal', precision: 9, scale: 'floating' })).toBe(false)
    expect(refusesCast({ type: 'cds.hana.ST_POINT', srid: 4326 })).toBe(false)
    for (const none of [undefined, null, false]) expect(refusesCast(none)).toBe(false)
  })

  test.each<object>([
    ...[{ type: `text) || ${SQL}` }, { type: `x ${SQL}` }, { type: `${SQL}.x` }, { type: '' }],
    ...[{ type: null }, { type: ['cds.String'] }, { type: { ref: ['S.Open', 'ID'] } }],
    ...[{ _type: 'text' }, { type: 'cds.String', _type: `text) || ${SQL}` }, { elements: {} }],
    ...['length', 'precision', 'scale', 'srid'].flatMap((facet) => [
      { type: 'cds.String', [facet]: `1)) || ${SQL} || ((1` },
      { type: 'cds.String', [facet]: [SQL] },
      { type: 'cds.String', [facet]: `${SQL}1` },
      { type: 'cds.String', [facet]: '' }
    ])
  ])('has nothing else: %p', (cast) => {
    expect(refusesCast(cast)).toBe(true)
  })

  test('is the same everywhere in a query', () => {
    const cast = { ...ID, cast: { _type: SQL } }
    for (const clauses of [{ where: [cast] }, { groupBy: [cast] }, { orderBy: [cast] }])
      expect([clauses, refusesQuery(select(clauses))]).toEqual([clauses, true])
    expect(refusesQuery(column({ xpr: ['not', cast] }))).toBe(true)
    expect(refusesQuery(column({ func: 'max', args: [cast] }))).toBe(true)
  })
})

describe('a hint or a lock', () => {
  test('is no text of a client', () => {
    expect(refusesQuery(select({ hints: [SQL] }))).toBe(true)
    expect(refusesQuery(select({ hints: [] }))).toBe(true)
    expect(refusesQuery(select({ hints: null }))).toBe(true)
    expect(refusesQuery(select({ from: { ...select({ hints: SQL }), as: 'x' } }))).toBe(true)
    expect(refusesQuery(select({ forUpdate: { wait: SQL } }))).toBe(true)
    expect(refusesQuery(select({ forShareLock: { wait: [1] } }))).toBe(true)
  })

  test('waits for a number of seconds', () => {
    expect(refusesQuery(select({ forUpdate: { wait: 3 } }))).toBe(false)
    expect(refusesQuery(select({ forUpdate: { of: ['ID'] } }))).toBe(false)
    expect(refusesQuery(select({ forUpdate: true, hints: undefined }))).toBe(false)
  })
})
