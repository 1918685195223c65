import { refusalOf, withExpand, withPaths } from '../support/rewriting.js'

const path = (...ref: string[]) => ({ ref })
/** Selects columns from another query, or from orders. */
const within = (from: object, ...columns: unknown[]) => ({ SELECT: { from, columns } })
const orders = (as: string | undefined, ...columns: unknown[]) =>
  within({ ref: ['S.Orders'], ...(as !== undefined && { as }) }, ...columns)
/** The columns of the outermost query. */
const columnsOf = (query: object) => /^.* \{ (.*) \}$/.exec(withPaths(query))?.[1]

describe('a path can begin with the name of its query', () => {
  test.each<[string, string | undefined, string[], string]>([
    ['as it is written', 'o', ['o', 'site', 'name'], 'o.site[(plant = 1)].name'],
    ['or as CAP makes it', undefined, ['$O', 'site', 'name'], '$O.site[(plant = 1)].name'],
    ['of the outermost query', 'o', ['$main', 'site', 'name'], '$main.site[(plant = 1)].name'],
    ['before an element', 'site', ['site', 'site', 'name'], 'site.site[(plant = 1)].name'],
    [
      'and is none later',
      'site',
      ['next', 'site', 'name'],
      'next[(owner = 1)].site[(plant = 1)].name'
    ]
  ])('%s', (_, as, ref, expected) => {
    expect(columnsOf(orders(as, path(...ref)))).toBe(expected)
  })

  test('though not with one that it has not', () => {
    for (const name of ['$O', '$S', '$', '$Orders', 'O', 'x'])
      expect(columnsOf(orders('o', path(name, 'site', 'name')))).toBe(`${name}.site.name`)
    expect(columnsOf(orders(undefined, path('$Orders', 'site', 'name')))).toBe('$Orders.site.name')
  })

  test('which comes from the end of what it selects from', () => {
    const from = { ref: ['S.Regions', { id: 'main', where: [path('ID'), '=', { val: 1 }] }] }
    const name = path('$m', 'region', 'main', 'name')
    expect(columnsOf(within(from, name))).toBe('$m.region.main[(plant = 1)].name')
  })

  test('but a plain element or what is expanded is not taken for it', () => {
    expect(columnsOf(orders('title', path('title')))).toBe('title')
    const expanded = orders('site', { ...path('site'), expand: [path('name')] })
    expect(withExpand(expanded)).toBe('from S.Orders as site { site[(plant = 1)] { name } }')
  })
})

describe('what is expanded', () => {
  test('may be the records of the query themselves', () => {
    const site = { ...path('site'), inline: [path('name')] }
    for (const kind of ['inline', 'expand']) {
      const text = withExpand(orders('o', { ...path('o'), [kind]: [site] }))
      expect(text).toMatch(/o(\.| )\{ site\[\(plant = 1\)\]\.\{ name \} \}/)
    }
  })

  test('is an element rather than a query around it', () => {
    const region = { ...path('region', 'main'), expand: [path('name')] }
    const query = orders('region', { ...path('site'), expand: [region] })
    expect(withExpand(query)).toBe(
      'from S.Orders as region { site[(plant = 1)] { region.main[(plant = 1)] { name } } }'
    )
    const alone = { ...path('region'), expand: [{ ...path('main'), expand: [path('name')] }] }
    expect(withExpand(orders('region', { ...path('site'), expand: [alone] }))).toBe(
      'from S.Orders as region { site[(plant = 1)] { region { main[(plant = 1)] { name } } } }'
    )
  })
})

describe('elements of a query are those that the query inside has', () => {
  const inner = (...columns: unknown[]) => orders(undefined, ...columns).SELECT
  test.each<[string, object, string[], string]>([
    [
      'all of them',
      { SELECT: { from: { ref: ['S.Orders'] } } },
      ['site', 'name'],
      'site[(plant = 1)].name'
    ],
    ['all of them', { SELECT: inner('*') }, ['site', 'name'], 'site[(plant = 1)].name'],
    [
      'with others',
      { SELECT: inner('*', { ...path('next'), as: 'n' }) },
      ['n', 'title'],
      'n[(owner = 1)].title'
    ],
    ['by their names', { SELECT: inner(path('site')) }, ['site', 'name'], 'site[(plant = 1)].name'],
    [
      'by the last name',
      { SELECT: inner(path('next', 'site')) },
      ['site', 'name'],
      'site[(plant = 1)].name'
    ],
    [
      'by other names',
      { SELECT: inner({ ...path('site'), as: 's' }) },
      ['s', 'name'],
      's[(plant = 1)].name'
    ],
    [
      'by other names only',
      { SELECT: inner({ ...path('site'), as: 's' }) },
      ['site', 'name'],
      'site.name'
    ],
    ['if it has them', { SELECT: inner(path('ID')) }, ['site', 'name'], 'site.name'],
    [
      'or what is calculated',
      { SELECT: inner(path('site'), { func: 'count', args: ['*'], as: 'n' }) },
      ['n'],
      'n'
    ]
  ])('%s', (_, from, ref, expected) => {
    expect(columnsOf(within(from, path(...ref)))).toBe(expected)
    const named = { ...from, as: 'i' }
    if (ref.length > 1) expect(columnsOf(within(named, path('i', ...ref)))).toBe(`i.${expected}`)
  })

  test.each(['expand', 'inline'])('but not what it has by %s', (kind) => {
    const from = { SELECT: inner({ ...path('site'), [kind]: [path('name')] }) }
    expect(columnsOf(within(from, path('site', 'name')))).toBe('site.name')
  })
})

describe('a name that is that of a query around and of an element', () => {
  const AMBIGUOUS = {
    status: 403,
    code: 'ERR_RESTRICTION_UNCHECKED',
    message: '"site" names a query and an element.'
  }
  const inside = orders('o', path('site', 'name'))

  test('is refused', () => {
    const query = within({ ...inside, as: 'site' }, path('name'))
    expect(refusalOf(() => withPaths(query))).toMatchObject(AMBIGUOUS)
  })

  test('is refused at any depth', () => {
    const middle = within({ ...inside, as: 'site' }, path('name'))
    expect(refusalOf(() => withPaths(within({ ...middle, as: 'x' }, path('name'))))).toMatchObject(
      AMBIGUOUS
    )
    const other = within({ ...inside, as: 'x' }, path('name'))
    expect(
      refusalOf(() => withPaths(within({ ...other, as: 'site' }, path('name'))))
    ).toMatchObject(AMBIGUOUS)
  })

  test('is no question where it stands for the element alone', () => {
    const query = within({ ...orders('o', path('site')), as: 'site' }, path('site', 'ID'))
    expect(withPaths(query)).toBe('from (from S.Orders as o { site }) as site { site.ID }')
  })

  test('is no question where the inner query has it as well', () => {
    const inner = orders('o', path('o', 'site', 'name'))
    expect(withPaths(within({ ...inner, as: 'o' }, path('name')))).toBe(
      'from (from S.Orders as o { o.site[(plant = 1)].name }) as o { name }'
    )
  })

  test('is no question where the name is another one', () => {
    expect(withPaths(within({ ...inside, as: 'x' }, path('name')))).toBe(
      'from (from S.Orders as o { site[(plant = 1)].name }) as x { name }'
    )
  })
})

describe('the outermost query', () => {
  const OUTER = {
    status: 403,
    code: 'ERR_RESTRICTION_UNCHECKED',
    message: 'site is of a query around it.'
  }

  test('is not asked about other records by one inside', () => {
    const inner = orders('o', path('$main', 'site', 'name'))
    expect(refusalOf(() => withPaths(within({ ...inner, as: 'i' }, path('name'))))).toMatchObject(
      OUTER
    )
  })

  test('nor by a filter', () => {
    const filtered = (...ref: string[]) =>
      orders('o', { ref: [{ id: 'next', where: [path(...ref), '=', { val: 1 }] }, 'title'] })
    expect(refusalOf(() => withPaths(filtered('$main', 'site', 'name')))).toMatchObject(OUTER)
    expect(columnsOf(filtered('$main', 'site', 'ID'))).toBe(
      'next[($main.site.ID = 1) and (owner = 1)].title'
    )
  })

  test('has no other name in a filter', () => {
    const where = [path('o', 'site', 'name'), '=', { val: 1 }]
    expect(columnsOf(orders('o', { ref: [{ id: 'next', where }, 'title'] }))).toBe(
      'next[(o.site.name = 1) and (owner = 1)].title'
    )
  })
})
