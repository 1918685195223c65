import { explanationOf } from '../../../../src/lib/log.js'
import type { Segment, Token } from '../../../../src/restrictions/condition/types.js'
import { takesQueries } from '../../../../src/restrictions/read/queries.js'
import { settle } from '../../../../src/restrictions/read/reachable.js'
import { type Asking, HCQL, pathsOf, refusalOf, withPaths } from '../support/rewriting.js'

const ref = (...path: Segment[]) => ({ ref: path })
const where = (...path: string[]): Token[] => [ref(...path), '=', { val: 1 }]

describe('a service takes queries', () => {
  test.each<[readonly string[], boolean]>([
    [['hcql'], true],
    [['odata', 'hcql'], true],
    [['odata', 'rest'], false],
    [[], false]
  ])('with %j: %s', (kinds, expected) => {
    expect(takesQueries({ endpoints: kinds.map((kind) => ({ kind })) })).toBe(expected)
  })

  test('without any protocol: false', () => {
    expect(takesQueries({})).toBe(false)
  })
})

describe('filters of what a client selects from', () => {
  const filtered = (...path: Segment[]) => ({
    SELECT: { from: ref(...path), columns: [ref('ID')] }
  })
  const regions = { id: 'S.Regions', where: where('orders', 'title') }
  const main = { id: 'main', where: where('orders', 'title') }
  const sites = { id: 'orders', where: where('site', 'name') }

  test.each<[object, string]>([
    [filtered(regions), 'S.Regions[orders[(owner = 1)].title = 1]'],
    [filtered(regions, 'main'), 'S.Regions[orders[(owner = 1)].title = 1].main'],
    [filtered('S.Regions', main), 'S.Regions.main[orders[(owner = 1)].title = 1]'],
    [filtered('S.Regions', 'main', sites), 'S.Regions.main.orders[site[(plant = 1)].name = 1]']
  ])('have the conditions of the entity there: %#', (query, expected) => {
    expect(withPaths(query, HCQL)).toBe(`from ${expected} { ID }`)
  })

  test('are not asked about other records of the query', () => {
    const query = filtered({ id: 'S.Orders', where: where('$main', 'site', 'name') })
    expect(refusalOf(() => pathsOf(query, HCQL))).toMatchObject({
      code: 'ERR_RESTRICTION_UNCHECKED',
      message: 'site is of a query around it.'
    })
  })

  test('are not changed in services for others, where they are keys', () => {
    const query = filtered(regions)
    expect(pathsOf(query).query).toBe(query)
  })

  test('are not changed twice', () => {
    const query = filtered(settle(regions))
    expect(pathsOf(query, HCQL).query).toBe(query)
  })

  test('stay where nothing is known of them', () => {
    const query = filtered('S.Regions', { id: 'unknown', where: where('site', 'name') })
    const { target } = pathsOf('SELECT from S.Regions')
    expect(pathsOf(query, { ...HCQL, target }).query).toBe(query)
  })

  test('do not matter for a query on another one', () => {
    const inner = { SELECT: { from: ref('S.Orders'), columns: [ref('site', 'name')] } }
    expect(withPaths({ SELECT: { from: inner, columns: [ref('name')] } }, HCQL)).toBe(
      'from (from S.Orders { site[(plant = 1)].name }) { name }'
    )
    const { target } = pathsOf('SELECT from S.Orders')
    expect(withPaths({ SELECT: { columns: [ref('site', 'name')] } }, { ...HCQL, target })).toBe(
      'from  { site[(plant = 1)].name }'
    )
  })
})

describe('a subquery of a client', () => {
  const codes = (subquery: object) => ({
    SELECT: { from: ref('S.Codes'), columns: [ref('ID')], where: ['exists', subquery] }
  })
  const on = (...path: string[]) => codes({ SELECT: { from: ref(...path), columns: [ref('ID')] } })
  const refused = (query: object, asking: Asking = {}) =>
    refusalOf(() => pathsOf(query, { ...HCQL, ...asking }))
  const RESTRICTED = {
    status: 403,
    code: 'ERR_EXPAND_RESTRICTED',
    message: 'A subquery on what is restricted.'
  }

  test.each<[string, object]>([
    ['an entity with a condition', on('S.Notes')],
    ['parts of restricted records', on('S.Orders.items')],
    ['what such parts lead to', on('S.Orders.items', 'site')],
    ['what an open entity leads to', on('S.Regions', 'main')],
    ['an entity of no service', on('db.Notes')],
    ['an entity of another service', on('Other.Sites')],
    ['an open entity of another service', on('Other.Orders')],
    ['nothing that is known', on('unknown')],
    ['another query', codes({ SELECT: { from: { SELECT: { from: ref('S.Codes') } } } })],
    ['nothing', codes({ SELECT: { columns: [{ val: 1 }] } })]
  ])('is refused on %s', (_, query) => {
    expect(refused(query)).toMatchObject(RESTRICTED)
  })

  test('is refused for reasons that the log has', () => {
    const text = explanationOf(refused(on('S.Notes')))?.message
    expect(text).toContain('GET of Notes')
    expect(text).toContain('reader = 1')
  })

  test('is not refused to who may read all of it, nor on what is open', () => {
    expect(refused(on('S.Notes'), { roles: ['Reader'] })).toBeUndefined()
    expect(refused(on('S.Regions'))).toBeUndefined()
    expect(refused(on('S.Notes'), { protocols: ['odata'] })).toBeUndefined()
  })

  test('asks about what the user may read', () => {
    const inner = { from: { ...ref('S.Regions'), as: 'r' }, columns: [ref('ID')] }
    const text = (...tokens: Token[]) =>
      withPaths(codes({ SELECT: { ...inner, where: tokens } }), HCQL)
    expect(text(...where('main', 'name'))).toBe(
      'from S.Codes { ID } where exists (from S.Regions as r { ID } where main[(plant = 1)].name = 1)'
    )
    expect(text(...where('r', 'main', 'name'))).toContain('where r.main[(plant = 1)].name = 1')
  })

  test('does not ask about other records of the query around it', () => {
    const subquery = (...path: string[]) => ({
      SELECT: { from: ref('S.Regions'), columns: [ref('ID')], where: where(...path) }
    })
    const orders = (as: string, ...path: string[]) => ({
      SELECT: {
        from: { ...ref('S.Orders'), as },
        columns: [ref('ID')],
        where: ['exists', subquery(...path)]
      }
    })
    for (const name of ['o', '$main'])
      expect(refused(orders('o', name, 'site', 'name'))).toMatchObject({
        code: 'ERR_RESTRICTION_UNCHECKED',
        message: 'site is of a query around it.'
      })
    expect(refused(orders('main', 'main', 'name'))).toMatchObject({
      code: 'ERR_RESTRICTION_UNCHECKED',
      message: '"main" names a query and an element.'
    })
    expect(refused(orders('o', 'o', 'title'))).toBeUndefined()
  })

  test('stays as it is if it does not ask about others', () => {
    const query = on('S.Regions')
    expect(pathsOf(query, HCQL).query).toBe(query)
  })
})
