import cds from '@sap/cds'

import type { Model, RestrictedDefinition } from '../../../../src/restrictions/model/definition.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'

/** The runtime model of an entity with one restriction, and the model that it was compiled from. */
function compiled(where: string, more = '') {
  const csn = cds.compile(`
    service S {
      @restrict: [{ grant: '*', to: 'R', where: ${where} }]
      entity Books { key ID : Integer; country : String; level : Integer; image : Binary; title : localized String;
        author : Association to Authors; items : Composition of many Items on items.book = $self; }
      entity Authors { key ID : Integer; country : String; }
      entity Items { key ID : Integer; book : Association to Books; tag : String; }
      ${more}
    }`) as unknown as Model
  return { csn, model: cds.compile.for.nodejs(csn as never) as unknown as Model }
}

/** The restrictions of a definition as CAP gets them: the JSON of `@restrict` itself has the modelled ones. */
function restrictionsIn(definition: RestrictedDefinition | undefined): string {
  return JSON.stringify([...(definition?.['@restrict'] ?? [])].map(({ where }) => where))
}

/** What is left of the condition, as CAP gets it. */
function rewritten(where: string): string {
  const { model } = compiled(where)
  const unsafe = rewriteModel(model)
  expect(unsafe.map(({ problem }) => problem.message)).toEqual([])
  return JSON.stringify(model.definitions['S.Books']?.['@restrict']?.[0]?.where)
}

describe('plugins add conditions to the list of a rewritten one, as @sap/ams does for one user', () => {
  const CONDITIONS = {
    'one comparison': '(country = $user.country)',
    text: "'country = $user.country'",
    'on the user only': '($user.level > 2)',
    alternatives: '(country = $user.country or level > 3)',
    'alternatives as text': "'country = $user.country or level > 3'",
    'alternatives of users': '(country = $user.country or level = $user.level)',
    'alternatives in a conjunction': '(level > 3 and (country = $user.country or level = 5))',
    'a negation': '(not (country = $user.country or level = 5))',
    exists: '(exists items[tag = $user.tag] or level = 3)'
  }
  const where = (model: Model) => model.definitions['S.Books']?.['@restrict']?.[0]?.where

  test.each(Object.entries(CONDITIONS))('%s: the next user gets a new list', (_, condition) => {
    const { model } = compiled(condition)
    expect(rewriteModel(model)).toEqual([])
    const before = JSON.stringify(where(model))
    const { xpr: list } = where(model) as { xpr: unknown[] }
    list.push('AND', "country = 'DE'")
    expect((where(model) as { xpr: unknown[] }).xpr).not.toBe(list)
    expect(JSON.stringify(where(model))).toBe(before)
  })

  test.each(Object.entries(CONDITIONS))('%s: what is added holds as well', (_, condition) => {
    const { model } = compiled(condition)
    rewriteModel(model)
    expect((where(model) as { xpr: unknown[] }).xpr).not.toContain('or')
  })
})

describe('a rewritten condition', () => {
  test('stands alone in its parentheses, and names a derived attribute', () => {
    expect(rewritten('(country = $user.country)')).toBe(
      JSON.stringify({
        xpr: [{ xpr: [{ ref: ['country'] }, 'in', { ref: ['$user', 'country|String|list'] }] }]
      })
    )
  })

  test('is the same for text, CXN, and exchanged operands', () => {
    const expected = rewritten('(country = $user.country)')
    expect(rewritten("'country = $user.country'")).toBe(expected)
    expect(rewritten('($user.country = country)')).toBe(expected)
    expect(rewritten('(country in $user.country)')).toBe(expected)
    expect(rewritten('(not (country <> $user.country))')).toBe(expected)
  })

  test.each([
    ['author.country not like $user.x', 'not author.country like $user.x'],
    ["author.country not like 'D%'", "not author.country like 'D%'"],
    ['author.country not in ($user.x, $user.y)', 'not author.country in ($user.x, $user.y)'],
    ['author.country is not null', 'not author.country is null']
  ])('of a path with %s is that of %s', (written, meant) => {
    const alternative = (condition: string) => `(${condition} or country = $user.x)`
    expect(rewritten(alternative(written))).toBe(rewritten(alternative(meant)))
  })

  test('on nothing but the user is what CAP evaluates without a database', () => {
    expect(rewritten('($user.level > 2 or $user.level is null)')).toMatch(
      /^\{"xpr":\[\{"ref":\["\$user",".*"\]\},"=",\{"val":"1"\}\]\}$/
    )
  })

  test('takes a calculation on the side of the element as one operand', () => {
    expect(rewritten('(level + 1 > $user.level)')).toContain(
      '{"xpr":[{"ref":["level"]},"+",{"val":1}]},">"'
    )
  })

  test('reads values as the type of the element', () => {
    expect(rewritten('(author.country = $user.x)')).toContain('x|String|list')
    expect(rewritten('(level >= $user.x)')).toContain('x|Integer|min')
    expect(rewritten('(exists items[tag = $user.x])')).toContain('x|String|list')
    const subquery = 'ID in (select ID from S.Items where tag = $user.x)'
    expect(rewritten(`'${subquery}'`)).toContain('x|String|list')
  })
})

describe('what is rewritten', () => {
  test('a path to another record, also without $user', () => {
    const { model } = compiled("(author.country = 'DE')", '')
    rewriteModel(model)
    expect(restrictionsIn(model.definitions['S.Books'])).toContain(
      '["exists",{"ref":[{"id":"author"'
    )
    const joined = compiled('(author.country = country)').model
    const before = restrictionsIn(joined.definitions['S.Books'])
    rewriteModel(joined)
    expect(restrictionsIn(joined.definitions['S.Books'])).toBe(before)
  })

  test('nothing else without $user', () => {
    const { model } = compiled("(country = 'DE' or exists items[tag is null])")
    const before = model.definitions['S.Books']?.['@restrict']
    rewriteModel(model)
    expect(model.definitions['S.Books']?.['@restrict']).toBe(before)
  })

  test('a second time changes nothing', () => {
    const { model } = compiled('(country != $user.x and not exists items[tag = $user])')
    rewriteModel(model)
    const once = model.definitions['S.Books']?.['@restrict']
    expect(rewriteModel(model)).toEqual([])
    expect(model.definitions['S.Books']?.['@restrict']).toBe(once)
  })

  test('only the runtime model: tools see what was written', () => {
    const { csn, model } = compiled('(country = $user.x)')
    const before = JSON.stringify(csn)
    rewriteModel(model)
    expect(JSON.stringify(csn)).toBe(before)
    expect(JSON.stringify(csn.definitions['S.Books']?.['@restrict'])).toContain('["$user","x"]')
  })

  test('actions and drafts as well', () => {
    const { model } = compiled(
      '(country = $user.x)',
      `@restrict: [{ where: ($user.level = 2 and $user.x is not null) }] action act();
       @odata.draft.enabled @restrict: [{ grant: '*', where: (country = $user.x) }]
       entity Drafts { key ID : UUID; country : String; } actions {
         @restrict: [{ where: 'country = $user.x' }] action close();
       }`
    )
    rewriteModel(model)
    const { 'S.act': act, 'S.Drafts': drafts } = model.definitions
    for (const each of [act, drafts, drafts?.drafts, drafts?.actions?.close]) {
      const text = restrictionsIn(each)
      expect(text).toContain('|')
      expect(text).not.toContain('["$user","x"]')
    }
  })
})

describe('what can not be made safe', () => {
  test.each([
    ['country || $user.x = country', 'mixes'],
    ['$user.x like country', 'the element first'],
    ['startswith($user.x, country)', 'the element first'],
    ['substring($user.x, 1) = country', 'calculates'],
    ['level > $user.x + 1', 'calculates'],
    ['$user.x between level and 5', 'different values may fit'],
    ['image = $user.x', 'scalar type'],
    ['title = $user.x', 'localized'],
    ['author = $user.x', 'scalar type'],
    ['soundex(country) = $user.x', 'scalar type'],
    ['ID not in (select ID from S.Items where tag = $user.x)', 'not exists'],
    ['ID in (select $user.x from S.Items)', 'exists'],
    ['author[country = $user.x].country = 5', 'scalar type|mixes|infix'],
    ['matchesPattern(country, $user.x)', 'startswith'],
    ["country like $user.x escape '!!'", 'escape'],
    ['case when country = $user.x then 1 else 2 end = 1', 'mixes|calculates']
  ])('%s', (where, advice) => {
    const { model } = compiled(`'${where.replaceAll("'", "''")}'`)
    const unsafe = rewriteModel(model)
    expect(unsafe).toHaveLength(1)
    expect(unsafe[0]?.problem.message).toMatch(new RegExp(advice))
    expect(unsafe[0]?.condition).toMatch(/\$user\.x|select/)
    // and until it is mended, nobody passes
    expect(restrictionsIn(model.definitions['S.Books'])).toContain('[{"val":"1"},"=",{"val":"2"}]')
  })
})
