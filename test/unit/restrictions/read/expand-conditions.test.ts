import { explanationOf } from '../../../../src/lib/log.js'
import type { RestrictedDefinition } from '../../../../src/restrictions/model/definition.js'
import {
  type Asking,
  definition,
  expandOf,
  queryOf,
  refusalOf,
  withExpand
} from '../support/rewriting.js'

const ref = (...path: string[]) => ({ ref: path })
const select = (entity: string, ...columns: unknown[]) => ({
  SELECT: { from: ref(entity), columns }
})
/** The columns of a query, in CQL, when what it expands is restricted. */
const columns = (text: string, entity = 'S.Orders') => {
  const result = withExpand(`SELECT from ${entity} as o { ${text} }`)
  return result.slice(`from ${entity} as o { `.length, -2)
}

describe('what is expanded has the condition of its entity', () => {
  test.each<[string, string]>([
    ['ID, site { name }', 'ID, site[(plant = 1)] { name }'],
    ['site { * }, *', 'site[(plant = 1)] { * }, *'],
    ['notes { text }', 'notes[(reader = 1)] { text }'],
    ['notes[ID = 1] { text }', 'notes[(ID = 1) and (reader = 1)] { text }'],
    ['next { site { name } }', 'next[(owner = 1)] { site[(plant = 1)] { name } }'],
    [
      'site { region { name, main { name } } }',
      'site[(plant = 1)] { region { name, main[(plant = 1)] { name } } }'
    ],
    ['at.site { name }', 'at.site[(plant = 1)] { name }']
  ])('%s', (text, expected) => {
    expect(columns(text)).toBe(expected)
  })

  test('but parts of records that are read, which have the same', () => {
    expect(columns('items { text }')).toBe('items { text }')
    expect(columns('items { text, site { name } }')).toBe(
      'items { text, site[(plant = 1)] { name } }'
    )
    expect(columns('next { items { text } }')).toBe('next[(owner = 1)] { items { text } }')
  })

  test('also in what is only put together', () => {
    expect(columns('{ site { name } } as n')).toBe(' { site[(plant = 1)] { name } } as n')
  })

  test('also in queries inside', () => {
    const inner = select('S.Orders', { ...ref('site'), expand: [ref('name')] })
    expect(withExpand({ SELECT: { from: inner } })).toBe(
      'from (from S.Orders { site[(plant = 1)] { name } })'
    )
  })
})

describe('columns that are inlined', () => {
  test.each<[string, string]>([
    ['ID, site.{ name, region_ID }', 'ID, site[(plant = 1)].{ name, region_ID }'],
    ['site.{ ID, name }', 'site.ID as site_ID, site[(plant = 1)].{ name }'],
    [
      'site.{ part, name, ID }',
      'site.part as site_part, site.ID as site_ID, site[(plant = 1)].{ name }'
    ],
    ['site.{ ID }', 'site.ID as site_ID'],
    ['next.site.{ ID, name }', 'next.site.ID as next_site_ID, next.site[(plant = 1)].{ name }'],
    ['o.site.{ ID, name }', 'o.site.ID as site_ID, o.site[(plant = 1)].{ name }'],
    ['site.{ ID as x, name as y }', 'site[(plant = 1)].{ ID as x, name as y }'],
    ['notes.{ ID, text }', 'notes[(reader = 1)].{ ID, text }'],
    ['visit.{ site.{ name }, guest }', 'visit[(guest = 1)].{ site[(plant = 1)].{ name }, guest }'],
    ['visit.{ site_ID, day }', 'visit.site_ID as visit_site_ID, visit.day as visit_day'],
    ['items.{ pos, text }', 'items.{ pos, text }']
  ])('have the condition, keys have their own names: %s', (text, expected) => {
    expect(columns(text)).toBe(expected)
  })

  test('are all but virtual ones and associations', () => {
    expect(columns('site.{ * }')).toBe(
      'site.ID as site_ID, site.part as site_part, site[(plant = 1)].{ name, plant, region_ID }'
    )
    expect(columns('notes.{ * }')).toBe('notes[(reader = 1)].{ ID, order_ID, text, reader }')
  })

  test('stay together where only those inside have a condition', () => {
    expect(columns('region.{ ID, main.{ name } }', 'S.Sites')).toBe(
      'region.{ ID, main[(plant = 1)].{ name } }'
    )
  })
})

describe('a query is left as it is', () => {
  test.each<[string, string | object, Asking]>([
    ['that expands nothing', 'SELECT from S.Orders { ID, site.name, * }', {}],
    ['that selects all', 'SELECT from S.Orders', {}],
    ['that expands what is open', 'SELECT from S.Sites { region { ID, name } }', {}],
    ['that expands parts', 'SELECT from S.Orders { items { text, * }, items.{ text } }', {}],
    ['that puts columns together', 'SELECT from S.Orders { { ID, title } as n }', {}],
    [
      'of who may read all',
      'SELECT from S.Orders { site { name }, site.{ * } }',
      { roles: ['Reader'] }
    ],
    [
      'that expands no association',
      select('S.Orders', { ...ref('title'), expand: [ref('ID')] }),
      {}
    ],
    [
      'that groups',
      { SELECT: { from: ref('S.Orders'), groupBy: [ref('ID')], columns: [ref('ID')] } },
      {}
    ]
  ])('%s', (_, query, asking) => {
    const former = queryOf(query)
    expect(expandOf(former, asking).query).toBe(former)
  })
})

test('what no role permits is refused', () => {
  const refusal = refusalOf(() =>
    withExpand('SELECT from S.Orders { site { name } }', { roles: [] })
  )
  expect(refusal).toMatchObject({
    status: 403,
    code: 'ERR_EXPAND_RESTRICTED',
    message: 'site can not be followed.'
  })
  expect(explanationOf(refusal)?.message).toContain('GET of Sites')
})

describe('drafts', () => {
  type Changes = Record<string, { value: unknown }>
  const copy = (of: RestrictedDefinition, changes: Changes) =>
    Object.create(of, changes) as RestrictedDefinition
  const orders = definition('S.Orders')
  const leadingTo = (target: RestrictedDefinition, name = orders.name) => {
    const next = { ...orders.elements?.['next'], _target: target }
    return copy(orders, {
      name: { value: name },
      elements: { value: { ...orders.elements, next } }
    })
  }
  const draft = copy(orders, { name: { value: 'S.Orders.drafts' } })
  const expanded = (target: RestrictedDefinition) =>
    withExpand(select('S.Orders', { ...ref('next'), expand: [ref('title')] }), { target })

  test('of active records are shown to who edits them', () => {
    expect(expanded(leadingTo(draft))).toBe(
      "from S.Orders { next[(exists DraftAdministrativeData[InProcessByUser = 'me'])] { title } }"
    )
  })

  test('of drafts have the editor of these', () => {
    expect(expanded(leadingTo(draft, draft.name))).toBe('from S.Orders { next { title } }')
  })

  test('lead to active records of their condition', () => {
    expect(expanded(leadingTo(orders, draft.name))).toBe(
      'from S.Orders { next[(owner = 1)] { title } }'
    )
  })
})
