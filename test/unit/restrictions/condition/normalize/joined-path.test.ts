import {
  anchored,
  atTarget,
  existsAt,
  flattened,
  hasJoin,
  joinedPath,
  pathsIn
} from '../../../../../src/restrictions/condition/normalize/joined-path.js'
import { parseCondition } from '../../../../../src/restrictions/condition/parse.js'
import { printCondition } from '../../../../../src/restrictions/condition/print.js'
import { tokensOf } from '../../../../../src/restrictions/model/compiled.js'
import type { Token } from '../../../../../src/restrictions/condition/types.js'
import { definitionIn, modelOf } from '../../support/model.js'

const model = modelOf(`
  entity Rows { key ID : Integer; name : String; at { code : Integer; site : Association to Sites; };
    site : Association to Sites; pair : Association to Pairs; a : Association to Ones; ab : Association to Twos;
    items : Composition of many Items on items.row = $self; }
  entity Sites { key ID : Integer; plant : String; level : Integer; at { code : Integer; }; region : Association to Regions; }
  entity Regions { key ID : Integer; name : String; }
  entity Pairs { key place { code : Integer; }; text : String; }
  entity Ones { key ID : Integer; bc : Association to Regions; }
  entity Twos { key ID : Integer; c : Association to Regions; }
  entity Items { key ID : Integer; row : Association to Rows; tag : String; }`)
const rows = definitionIn(model, 'Rows')

/** Parts of the row and of another one, at every place of an expression. */
const everywhere = (ref: readonly string[]): Token[] => [
  { ref },
  { xpr: [{ ref }, '=', { val: 1 }] },
  { func: 'f', args: [{ ref }] },
  { func: 'g', args: { x: { ref } } as never },
  { list: [{ ref }, { val: 2 }] }
]

describe('the associations that a comparison follows', () => {
  const joined = (condition: string) => joinedPath(parseCondition(tokensOf(condition)), rows)

  test.each<[string, string[] | undefined]>([
    ["site.plant = 'x'", ['site']],
    ["$self.site.plant = 'x'", ['site']],
    ["site.region.name = 'x'", ['site', 'region']],
    ["at.site.plant = 'x'", ['at_site']],
    ["items.tag = 'x'", ['items']],
    ["pair.text = 'x'", ['pair']],
    ['site.level < site.at.code', ['site']],
    ['site.ID = 1', undefined],
    ['at.site.ID = 1', undefined],
    ['pair.place.code = 1', undefined],
    ["name = 'x'", undefined],
    ['site.plant = name', undefined],
    ['site.plant = site.region.name', undefined],
    ['a.bc.name = ab.c.name', undefined],
    ['1 = 2', undefined]
  ])('%s: %j', (condition, expected) => {
    expect(joined(condition)).toEqual(expected)
  })

  test('are not those of "exists" and of a subquery, which have their own', () => {
    expect(joined('exists site.region')).toBeUndefined()
    expect(joined('site.plant in (select plant from Sites)')).toBeUndefined()
  })

  test('are found at every place of an expression, other than variables', () => {
    expect(pathsIn(everywhere(['site', 'plant']))).toEqual(Array(5).fill(['site', 'plant']))
    expect(pathsIn(everywhere(['$user', 'x']))).toEqual([])
    for (const token of everywhere(['site', 'plant'])) expect(hasJoin([token], rows)).toBe(true)
    for (const token of everywhere(['site', 'ID'])) expect(hasJoin([token], rows)).toBe(false)
  })

  test('are none where nothing is known', () => {
    expect(hasJoin([{ ref: ['site', 'plant'] }], undefined)).toBe(false)
    expect(hasJoin([{ ref: ['site', 'plant'] }], {})).toBe(false)
  })
})

describe('at the end of its path', () => {
  const end = (tokens: readonly Token[], entity = rows as object | undefined) =>
    atTarget({ kind: 'bare', value: [], tokens }, entity).tokens

  test('a comparison has elements of the entity there, at every place', () => {
    const compared = (ref: readonly string[]): Token[] => [{ xpr: everywhere(ref) }, '=', { ref }]
    expect(end(compared(['site', 'region', 'name']))).toEqual(compared(['name']))
    expect(end(compared(['$self', 'site', 'plant']))).toEqual(compared(['plant']))
    expect(end(compared(['at', 'site', 'at', 'code']))).toEqual(compared(['at_code']))
    expect(end(compared(['$user', 'x']))).toEqual(compared(['$user', 'x']))
  })

  test('foreign keys of that entity stay paths', () => {
    expect(end([{ ref: ['site', 'region', 'ID'] }, '=', { val: 1 }])[0]).toEqual({
      ref: ['region', 'ID']
    })
  })

  test('is nothing else where no entity is known', () => {
    const tokens: Token[] = [{ ref: ['site', 'plant'] }, '=', { val: 1 }]
    expect(end(tokens, {})).toEqual(tokens)
    expect(atTarget({ kind: 'bare', value: [], tokens }, undefined).tokens).toEqual(tokens)
  })
})

describe('names of structured elements', () => {
  test('are those of the runtime at every place', () => {
    expect(flattened(everywhere(['at', 'code']), rows)).toEqual(everywhere(['at_code']))
    expect(flattened(everywhere(['$self', 'at', 'code']), rows)).toEqual(everywhere(['at_code']))
    expect(flattened(everywhere(['at', 'site', 'plant']), rows)).toEqual(
      everywhere(['at_site', 'plant'])
    )
  })

  test.each<[string, Token]>([
    ['an element', { ref: ['name'] }],
    ['a path', { ref: ['site', 'plant'] }],
    ['the record itself', { ref: ['$self'] }],
    ['a variable', { ref: ['$user', 'at', 'code'] }],
    ['a filter', { ref: ['at', { id: 'code', where: [{ val: 1 }, '=', { val: 1 }] }] }],
    ['a word', 'and']
  ])('stay as they are for %s', (_, token) => {
    expect(flattened([token], rows)).toEqual([token])
    expect(flattened([token], undefined)).toEqual([token])
  })
})

describe('a condition that no name of a query can change', () => {
  test('names foreign keys as elements, at every place', () => {
    expect(anchored(everywhere(['site', 'ID']), rows)).toEqual(everywhere(['site_ID']))
    expect(anchored(everywhere(['pair', 'place', 'code']), rows)).toEqual(
      everywhere(['pair_place_code'])
    )
    expect(anchored(everywhere(['site', 'plant']), rows)).toEqual(everywhere(['site', 'plant']))
  })

  test('leads to other records one step at a time, also inside', () => {
    const tokens: Token[] = ['not', { xpr: ['EXISTS', { ref: ['site', 'region'] }] }]
    expect(printCondition(anchored(tokens, rows))).toBe('not (EXISTS site[exists region])')
  })

  test.each<[string, Token]>([
    ['of structured elements', { ref: ['at', 'code'] }],
    ['of associations themselves', { ref: ['site'] }],
    ['that are not known', { ref: ['other', 'ID'] }],
    ['that begin with a filter', { ref: [{ id: 'site', where: ['x'] }, 'ID'] }]
  ])('leaves names %s', (_, token) => {
    expect(anchored([token], rows)).toEqual([token])
    expect(anchored([token], {})).toEqual([token])
    expect(anchored([token], undefined)).toEqual([token])
  })
})

test('that there is a record at the end of a path is asked step by step, with the filters on the way', () => {
  const where: Token[] = [{ ref: ['plant'] }, '=', { val: 1 }]
  const text = (...path: Parameters<typeof existsAt>[0]) => printCondition(existsAt(path))
  expect(text('site')).toBe('exists site')
  expect(text('site', 'region')).toBe('exists site[exists region]')
  expect(text({ id: 'site', where })).toBe('exists site[plant = 1]')
  expect(text({ id: 'site', where }, 'region')).toBe('exists site[(plant = 1) and exists region]')
  expect(text('site', { id: 'region', where })).toBe('exists site[exists region[plant = 1]]')
  expect(text({ id: 'site' })).toBe('exists site')
})
