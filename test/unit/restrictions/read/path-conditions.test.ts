import { definition, HCQL, pathsOf, queryOf, refusalOf, withPaths } from '../support/rewriting.js'
import { explanationOf } from '../../../../src/lib/log.js'

const OPEN = { roles: ['Reader'] }
/** The columns of a query on orders when its paths are restricted. */
const columns = (text: string) =>
  /^from S.Orders as o \{ (.*) \}$/.exec(withPaths(`SELECT from S.Orders as o { ${text} }`))?.[1]

describe('a path leads to records of the condition of their entity', () => {
  test.each<[string, string]>([
    ['site.name as n', 'site[(plant = 1)].name as n'],
    ['next.site.name as n', 'next[(owner = 1)].site[(plant = 1)].name as n'],
    ['site.region.name as n', 'site[(plant = 1)].region.name as n'],
    ['site.region.main.name as n', 'site[(plant = 1)].region.main[(plant = 1)].name as n'],
    ['at.site.name as n', 'at.site[(plant = 1)].name as n'],
    ['notes.text as n', 'notes[(reader = 1)].text as n'],
    [
      'site[region.main.name = 1].name as n',
      'site[(region.main[(plant = 1)].name = 1) and (plant = 1)].name as n'
    ],
    ['max(site.name) as n', 'max(site[(plant = 1)].name) as n'],
    ['f(a => site.name, b => ID) as n', 'f(a => site[(plant = 1)].name, b => ID) as n'],
    ['(site.name || title) as n', '(site[(plant = 1)].name || title) as n'],
    ['ID, site.name as n, title', 'ID, site[(plant = 1)].name as n, title']
  ])('%s', (text, expected) => {
    expect(columns(text)).toBe(expected)
  })

  test.each(['where', 'having', 'order by'])('also in %s', (clause) => {
    const query = (path: string) => `from S.Orders { ID } ${clause} ${path}`
    const isOrder = clause === 'order by'
    const [path, expected] = isOrder
      ? ['site.name', 'site[(plant = 1)].name']
      : ['site.name = 1 or ID = 2', 'site[(plant = 1)].name = 1 or ID = 2']
    expect(withPaths(`SELECT ${query(path)}`)).toBe(query(expected))
  })

  test('also in brackets and lists', () => {
    expect(
      withPaths('SELECT from S.Orders { ID } where ID = 1 and (site.name = 2 or ID = 3)')
    ).toBe('from S.Orders { ID } where ID = 1 and (site[(plant = 1)].name = 2 or ID = 3)')
    expect(withPaths('SELECT from S.Orders { ID } where (ID, site.name) in (1, 2)')).toBe(
      'from S.Orders { ID } where (ID, site[(plant = 1)].name) in (1, 2)'
    )
  })

  test('also if only its end is asked for', () => {
    expect(withPaths('SELECT from S.Orders { ID } where exists site and ID = 1')).toBe(
      'from S.Orders { ID } where exists site[(plant = 1)] and ID = 1'
    )
    expect(withPaths('SELECT from S.Orders { ID } where not exists next.site')).toBe(
      'from S.Orders { ID } where not exists next[(owner = 1)].site[(plant = 1)]'
    )
  })

  test('with the filter of the query, which is about these records as well', () => {
    const where = [{ ref: ['region', 'main', 'name'] }, '=', { val: 1 }]
    const column = { ref: [{ id: 'site', where }] }
    expect(withPaths({ SELECT: { from: { ref: ['S.Orders'] }, columns: [column] } })).toBe(
      'from S.Orders { site[region.main[(plant = 1)].name = 1] }'
    )
  })
})

describe('what a record holds itself has no condition', () => {
  test.each([
    'site.ID as n',
    'site.part as n',
    'visit.site_ID as n',
    'seat.at.row as n',
    'at.place as n',
    'site as n',
    'items.text as n',
    'items[pos = 1].text as n',
    'SiblingEntity.title as n',
    'year(ID) as n',
    '(ID || title) as n'
  ])('%s', (text) => {
    expect(columns(text)).toBe(text)
  })

  test.each<[string, string]>([
    ['next.site.ID as n', 'next[(owner = 1)].site.ID as n'],
    ['next.site as n', 'next[(owner = 1)].site as n'],
    ['items.site.name as n', 'items.site[(plant = 1)].name as n']
  ])('but the way to it may have one: %s', (text, expected) => {
    expect(columns(text)).toBe(expected)
  })

  test.each<[string, string]>([
    ['site[name = 1].ID as n', 'site[(name = 1) and (plant = 1)].ID as n'],
    ['visit.site.ID as n', 'visit[(guest = 1)].site.ID as n'],
    ['seat.taken as n', 'seat[(taken = 1)].taken as n']
  ])('and CAP looks at the other record for %s', (text, expected) => {
    expect(columns(text)).toBe(expected)
  })
})

describe('paths of $expand begin at the expanded record', () => {
  const expanded = (column: object) =>
    withPaths({ SELECT: { from: { ref: ['S.Orders'], as: 'o' }, columns: [column] } })
  const path = (...ref: string[]) => ({ ref })

  test.each(['expand', 'inline'])('of %s', (kind) => {
    const [open, text] = kind === 'expand' ? [' {', ''] : ['.{', '']
    const column = { ...path('next'), [kind]: [path('ID'), path('site', 'name')] }
    expect(expanded(column)).toBe(
      `from S.Orders as o { next${open} ID, site[(plant = 1)].name }${text} }`
    )
  })

  test('also in its options', () => {
    const where = [path('region', 'main', 'name'), '=', { val: 1 }]
    const column = {
      ...path('site'),
      expand: ['*'],
      where,
      orderBy: [path('region', 'main', 'name')]
    }
    const restricted = 'region.main[(plant = 1)].name'
    expect(expanded(column)).toBe(
      `from S.Orders as o { site { * } where ${restricted} = 1 order by ${restricted} }`
    )
  })

  test('at the end of a path, and at the record itself without one', () => {
    const inner = [path('region', 'main', 'name')]
    expect(expanded({ ...path('next', 'site'), expand: inner })).toBe(
      'from S.Orders as o { next[(owner = 1)].site { region.main[(plant = 1)].name } }'
    )
    expect(expanded({ as: 'n', expand: [path('site', 'name')] })).toBe(
      'from S.Orders as o {  { site[(plant = 1)].name } as n }'
    )
  })

  test('and at nothing for what is no association', () => {
    expect(expanded({ ...path('title'), expand: [path('site', 'name')] })).toBe(
      'from S.Orders as o { title { site.name } }'
    )
  })

  test('where the query around it is not asked about other records', () => {
    const work = () => expanded({ ...path('site'), expand: [path('o', 'next', 'title')] })
    expect(refusalOf(work)).toMatchObject({
      status: 403,
      code: 'ERR_RESTRICTION_UNCHECKED',
      message: 'next is of a query around it.'
    })
    expect(expanded({ ...path('site'), expand: [path('o', 'next', 'ID')] })).toBe(
      'from S.Orders as o { site { o.next.ID } }'
    )
  })
})

describe('a query is left as it is', () => {
  const text = 'SELECT from S.Orders { ID, site.name } where exists next'
  test.each<[string, string, object]>([
    ['of who may read all', text, OPEN],
    ['of who is privileged', text, { privileged: true, roles: [] }],
    ['on no entity', text, { target: undefined }],
    [
      'on something else',
      text,
      { target: Object.create(definition('S.Orders'), { kind: { value: 'type' } }) as object }
    ],
    ['on an entity of no service', 'SELECT from db.Orders { site.name }', {}],
    ['on an entity of another service', 'SELECT from Other.Orders { site.name }', {}],
    [
      'with nothing about other records',
      'SELECT from S.Orders as o { ID, o.title, f(ID), (ID + 1) as n, site.ID as s, items[pos = 1].text, site { name, f(name) } } where (ID, title) in ((1, 2)) order by title',
      {}
    ],
    [
      'with nothing about other records, of a client',
      'SELECT from S.Orders[ID = 1]:site[ID = 1] { ID }',
      HCQL
    ],
    ['that is all of an entity', 'SELECT from S.Orders', {}],
    [
      'with a subquery of the application',
      'SELECT from S.Orders { ID } where ID in (SELECT ID from S.Notes)',
      {}
    ]
  ])('%s', (_, query, asking) => {
    const former = queryOf(query)
    expect(pathsOf(former, asking).query).toBe(former)
  })
})

describe('a path to records of which no role permits any is refused', () => {
  test('with the name of the association', () => {
    const refusal = refusalOf(() => withPaths('SELECT from S.Orders { site.name }', { roles: [] }))
    expect(refusal).toMatchObject({
      status: 403,
      code: 'ERR_EXPAND_RESTRICTED',
      message: 'site can not be followed.'
    })
    expect(explanationOf(refusal)?.message).toContain('GET of Sites')
  })
})

describe('queries that join entities', () => {
  const select = { SELECT: { from: { ref: ['S.Codes'] } } }
  const joins = {
    SET: { SET: { op: 'union', args: [select, select] } },
    'a join': {
      SELECT: { from: { join: 'cross', args: [{ ref: ['S.Codes'] }, { ref: ['S.Codes'] }] } }
    },
    'a join inside': { SELECT: { from: { SELECT: { from: { join: 'cross', args: [] } } } } }
  }

  test.each(Object.entries(joins))('are refused: %s', (_, query) => {
    expect(refusalOf(() => pathsOf(query))).toMatchObject({
      status: 403,
      code: 'ERR_RESTRICTION_UNCHECKED',
      message: 'A query that joins entities.'
    })
    expect(refusalOf(() => pathsOf(query, { anonymous: true }))).toMatchObject({ status: 401 })
  })

  test('but not to who is privileged', () => {
    expect(pathsOf(joins['a join'], { privileged: true }).query).toBe(joins['a join'])
  })
})
