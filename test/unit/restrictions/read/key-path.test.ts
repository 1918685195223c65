import type { Segment, Token } from '../../../../src/restrictions/condition/types.js'
import { isKey, isKeyPath } from '../../../../src/restrictions/read/key-path.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`service S {
  entity Orders { key ID : Integer; title : String; site : Association to Sites;
    items : Composition of many { key pos : Integer; text : String } };
  entity Sites { key ID : Integer; key part : String; orders : Association to many Orders on orders.site = $self;
    region : Association to Regions };
  entity Regions { key ID : Integer; name : String };
  @odata.singleton entity Settings { key ID : Integer; region : Association to Regions;
    regions : Association to many Regions on regions.ID = ID };
}`)

const is = (name: string, val: unknown = 1): Token[] => [{ ref: [name] }, '=', { val }]
const and = (...conditions: Token[][]) => conditions.flatMap((each) => ['and', ...each]).slice(1)
const at = (id: string, ...where: Token[]): Segment => ({ id, where })
const order = at('S.Orders', ...is('ID'))
const site = at('S.Sites', ...and(is('ID'), is('part', 'x')))

test.each<[string, boolean, Segment[]]>([
  ['all records', true, ['S.Orders']],
  ['a record by its key', true, [order]],
  ['a record by one of two keys', true, [at('S.Sites', ...is('ID'))]],
  ['what a record leads to', true, [order, 'site', 'region']],
  ['parts of a record', true, [order, 'items']],
  ['a part by its key', true, [order, at('items', ...is('pos'))]],
  ['a record by two keys', true, [site, 'orders']],
  ['what a part leads to', true, [order, at('items', ...is('pos')), 'up_', 'site']],
  ['what a single record leads to', true, ['S.Settings', 'region']],
  ['nothing', true, []],
  ['records by another element', false, [at('S.Orders', ...is('title'))]],
  [
    'a record by its key and another element',
    false,
    [at('S.Orders', ...and(is('ID'), is('title')))]
  ],
  ['what all records lead to', false, ['S.Orders', 'site']],
  ['what records of one of two keys lead to', false, [at('S.Sites', ...is('ID')), 'orders']],
  ['what several records lead to', false, [site, 'orders', 'site']],
  ['what all parts lead to', false, [order, 'items', 'up_']],
  ['parts by another element', false, [order, at('items', ...is('text'))]],
  [
    'a record by another element, of an association',
    false,
    [order, at('site', ...is('region_ID'))]
  ],
  ['records of nothing that is known', false, [at('S.Others', ...is('ID'))]],
  ['records of no association', false, [order, at('title', ...is('ID'))]]
])('%s: %s', (_, expected, path) => {
  expect(isKeyPath(path, model)).toBe(expected)
})

describe('a filter', () => {
  const sites = definitionIn(model, 'S.Sites')
  const keys = (...where: Token[]) => isKey(where, sites, false)

  test('of keys may have to be complete', () => {
    expect(isKey(is('ID'), sites, false)).toBe(true)
    expect(isKey(is('ID'), sites, true)).toBe(false)
    expect(isKey(and(is('part'), is('ID')), sites, true)).toBe(true)
    expect(isKey(and(is('ID'), is('ID')), sites, true)).toBe(false)
  })

  test.each<[string, Token[]]>([
    ['is no equality', [{ ref: ['ID'] }, '>', { val: 1 }]],
    ['has "or"', [...is('ID'), 'or', ...is('part')]],
    ['is in brackets', [{ xpr: is('ID') }]],
    ['compares with an element', [{ ref: ['ID'] }, '=', { ref: ['ID'] }]],
    ['compares with a word', [{ ref: ['ID'] }, '=', 'null']],
    ['begins with a value', [{ val: 1 }, '=', { ref: ['ID'] }]],
    ['has a path', [{ ref: ['region', 'ID'] }, '=', { val: 1 }]],
    ['has a filter', [{ ref: [{ id: 'ID', where: [] }] }, '=', { val: 1 }]],
    ['asks for existence', ['exists', { ref: ['orders'] }]],
    ['is cut off', [{ ref: ['ID'] }]],
    ['names what every object has', is('constructor')]
  ])('is not one of keys if it %s', (_, where) => {
    expect(keys(...where)).toBe(false)
    expect(keys(...is('ID'), 'and', ...where)).toBe(false)
  })
})
