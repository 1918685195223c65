import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import type { Token } from '../../../../src/restrictions/condition/types.js'
import { normalize } from '../../../../src/restrictions/condition/normalize/normalize.js'
import { printCondition } from '../../../../src/restrictions/condition/print.js'
import { definitions, normalized } from '../support/normalized.js'

const remote = { remote: true }

describe('a path', () => {
  test.each([
    ['site.plant = $user.x', '(exists site[(plant in $user.x|String|list)])'],
    [
      'not site.plant = $user.x',
      "(exists site[(($user.x|String|present = '1') and (plant != null) and (not (plant in $user.x|String|list)))])"
    ],
    ['$self.site.plant = $user.x', '(exists site[(plant in $user.x|String|list)])'],
    ['site.region.name = $user.x', '(exists site[exists region[(name in $user.x|String|list)]])'],
    [
      'site.level between $user.x and 5',
      '(exists site[(level >= $user.x|Integer|min)]) and (exists site[level <= 5])'
    ],
    ['site.plant = name', '(site.plant = name) JOIN site.plant = name'],
    ['not site.plant = name', 'not (site.plant = name) JOIN site.plant = name'],
    ["site.plant = 'x'", "(exists site[plant = 'x'])"],
    ["not site.plant = 'x'", "(exists site[not (plant = 'x')])"],
    [
      'site.plant = site.region.name',
      '(site.plant = site.region.name) JOIN site.plant = site.region.name'
    ],
    ['site.plant < site.level', '(exists site[plant < level])'],
    ['site.plant < site.part', '(site.plant < site_part) JOIN site.plant < site_part'],
    ['$self.level = $user.x', '(level in $user.x|Integer|list)'],
    ['$self.at.code = $user.x', '(at_code in $user.x|Integer|list)'],
    ['site.ID = $user.x', '(site_ID in $user.x|Integer|list)'],
    ['site_ID = $user.x', '(site_ID in $user.x|Integer|list)'],
    ['site.ID = 5', 'site_ID = 5'],
    ["tolower(site.plant) = 'x'", "(exists site[tolower(plant) = 'x'])"]
  ])('%s: %s', (condition, form) => {
    expect(normalized(condition)).toBe(form)
  })

  test('without a record at its end has null there', () => {
    const found = (condition: string) => `((exists site[${condition}]) or (not exists site))`
    expect(normalized('site.plant is null')).toBe(found('plant is null'))
    expect(normalized('site.plant = null')).toBe(found('plant = null'))
    expect(normalized('site.plant == null')).toBe(found('plant == null'))
    expect(normalized("site.plant != 'x'")).toBe(found("plant != 'x'"))
    expect(normalized("not site.plant == 'x'")).toBe(found("not (plant == 'x')"))
    expect(normalized('not site.plant != null')).toBe(found('not (plant != null)'))
    for (const other of [
      'plant is not null',
      'plant != null',
      "plant <> 'x'",
      "plant == 'x'",
      'plant < null'
    ])
      expect([other, normalized(`site.${other}`)]).toEqual([
        other,
        expect.not.stringContaining('not exists')
      ])
    for (const other of ["plant = 'x'", "plant != 'x'", "plant <> 'x'", 'plant = null'])
      expect([other, normalized(`not site.${other}`)]).toEqual([
        other,
        expect.not.stringContaining('not exists')
      ])
  })

  test('without a record there is none to compare, and there has to be a value to compare with', () => {
    const some =
      "(($user.x|String|present = '1') and ((plant = null) or (not (plant in $user.x|String|list))))"
    expect(normalized('site.plant != $user.x')).toBe(
      `((exists site[${some}]) or (($user.x|String|present = '1') and (not exists site)))`
    )
    expect(normalized('not site.plant == $user.x')).toBe(normalized('site.plant != $user.x'))
    expect(normalized('not site.plant != $user.x')).toBe(normalized('site.plant = $user.x'))
  })

  test('stays a path for a remote service', () => {
    expect(normalized('site.plant = $user.x', remote)).toBe('(site.plant = $user.x|String|list)')
    expect(normalized("site.plant = 'x' and level = $user.x", remote)).toBe(
      "(site.plant = 'x') and (level = $user.x|Integer|list)"
    )
    expect(normalized('site.plant = name', remote)).toBe('site.plant = name')
  })
})

describe('exists', () => {
  test.each([
    ['exists items[tag = $user.x]', '(exists items[(tag in $user.x|String|list)])'],
    [
      'not exists items[tag = $user.x]',
      "(($user.x|String|present = '1') and (not exists items[(tag in $user.x|String|list)]))"
    ],
    [
      'not exists items[tag = $user.x and weight > $user.y]',
      "(($user.x|String|present = '1') and ($user.y|Integer|present = '1') and (not exists items[(tag in $user.x|String|list) and (weight > $user.y|Integer|min)]))"
    ],
    [
      'exists items[weight > 1 and $user.x is null]',
      '(exists items[(weight > 1) and ($user.true|[{"ref":["$user","x"]},"is","null"] = \'1\')])'
    ],
    [
      'exists site.region[name = $user.x]',
      '(exists site[(exists region[(name in $user.x|String|list)])])'
    ],
    [
      "exists site[plant = 'x'].region[name = $user.x]",
      "(exists site[(plant = 'x') and (exists region[(name in $user.x|String|list)])])"
    ],
    [
      'exists site.region and level = $user.x',
      '(exists site[exists region]) and (level in $user.x|Integer|list)'
    ],
    ['exists items[weight > 1] and level = 1', 'exists items[weight > 1] and level = 1'],
    [
      'exists items[row.name = $user.x]',
      '(exists items[(exists row[(name in $user.x|String|list)])])'
    ]
  ])('%s: %s', (condition, form) => {
    expect(normalized(condition)).toBe(form)
  })
})

describe('a subquery', () => {
  const select = (form: readonly Token[]) => {
    const [{ xpr = [] }] = form as unknown as [{ xpr?: Token[] }]
    const { SELECT } = xpr.at(-1) as { SELECT?: { where?: Token[] } }
    return printCondition(SELECT?.where ?? [])
  }
  const form = (condition: string) =>
    normalize(tokensOf(condition), {
      ...{ entity: definitions['Rows'], remote: false, onJoin: () => undefined },
      reference: ({ key }) => ({ ref: ['$user', key] }),
      definition: (name) => definitions[name]
    })

  test('has the normal form in its "where"', () => {
    const query = 'select row_ID from Items where tag = $user.x and weight > 1'
    expect(select(form(`ID in (${query})`))).toBe('(tag in $user.x|String|list) and (weight > 1)')
    expect(select(form(`exists (${query})`))).toBe('(tag in $user.x|String|list) and (weight > 1)')
  })
})
