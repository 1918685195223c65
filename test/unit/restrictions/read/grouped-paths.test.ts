import { withExpand, withPaths } from '../support/rewriting.js'

const grouped = (text: string) =>
  /group by (.*)$/.exec(withPaths(`SELECT from S.Orders { ID } group by ${text}`))?.[1]

describe('paths through the same association are grouped with the same filter', () => {
  test.each<[string, string]>([
    ['site.name', 'site[(plant = 1)].name'],
    ['site.ID, site.name', 'site[(plant = 1)].ID, site[(plant = 1)].name'],
    ['site.name, site.ID', 'site[(plant = 1)].name, site[(plant = 1)].ID'],
    ['site, title, site.name', 'site, title, site[(plant = 1)].name'],
    ['year(ID), site.name', 'year(ID), site[(plant = 1)].name'],
    [
      'next.site.ID, next.site.name',
      'next[(owner = 1)].site[(plant = 1)].ID, next[(owner = 1)].site[(plant = 1)].name'
    ]
  ])('%s', (text, expected) => {
    expect(grouped(text)).toBe(expected)
  })

  test('and others are not', () => {
    expect(grouped('next.site.ID, next.visit.guest')).toBe(
      'next[(owner = 1)].site.ID, next[(owner = 1)].visit[(guest = 1)].guest'
    )
    expect(grouped('next.ID, site.name')).toBe('next.ID, site[(plant = 1)].name')
    expect(grouped('site.ID, next.title')).toBe('site.ID, next[(owner = 1)].title')
  })

  test('nor are paths of other clauses', () => {
    expect(
      withPaths('SELECT from S.Orders { site.name, site.ID } order by site.name, site.ID')
    ).toBe(
      'from S.Orders { site[(plant = 1)].name, site.ID } order by site[(plant = 1)].name, site.ID'
    )
  })
})

describe('what is expanded of groups is what they are grouped by', () => {
  const marked = (id: string) => ({ id, where: [{ ref: ['mark'] }] })
  const path = (...ref: unknown[]) => ({ ref })
  const expand = (name: string, ...columns: unknown[]) => ({ ref: [name], expand: columns })
  const select = (columns: unknown[], groupBy: unknown[]) => ({
    SELECT: { from: { ref: ['S.Orders'] }, columns, groupBy }
  })
  const text = (columns: unknown[], groupBy: unknown[]) =>
    /\{ (.*) \} group/.exec(withExpand(select(columns, groupBy)))?.[1]

  test('with its filters, at any depth', () => {
    const groupBy = [path(marked('next'), 'title'), path(marked('next'), marked('site'), 'name')]
    const columns = [expand('next', path('title'), expand('site', path('name')))]
    expect(text(columns, groupBy)).toBe('next[mark] { title, site[mark] { name } }')
  })

  test('and not by another path', () => {
    const groupBy = [path('ID'), path(marked('site'), 'name')]
    const columns = ['*', path('ID'), expand('next', path('title')), expand('site', path('name'))]
    expect(text(columns, groupBy)).toBe('*, ID, next[(owner = 1)] { title }, site[mark] { name }')
  })

  test('with the columns that it has, though the path is longer than they are', () => {
    const columns = [expand('site', expand('region', path('name')))]
    expect(text(columns, [path(marked('site'))])).toBe('site[mark] { region { name } }')
  })

  test('unless it only puts columns together', () => {
    const columns = [{ as: 'n', expand: [expand('site', path('name'))] }]
    expect(text(columns, [path(marked('site'), 'name')])).toBe(
      ' { site[(plant = 1)] { name } } as n'
    )
  })
})
