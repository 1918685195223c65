import { printCondition } from '../../../../src/restrictions/condition/print.js'
import type { Token } from '../../../../src/restrictions/condition/types.js'
import {
  comparedBy,
  governorsOf,
  isRestricted,
  linkingElements
} from '../../../../src/restrictions/model/governing.js'
import { definitionIn, modelOf } from '../support/model.js'

const RESTRICTED = "@restrict: [{ to: 'R' }]"
const CONDITION: Token = { xpr: [{ ref: ['plant'] }, '=', { val: 1 }] }

/** The entities whose restrictions count for one, each with the condition for a part. */
function governors(cdl: string, name: string) {
  return governorsOf(definitionIn(modelOf(cdl), name)).map(({ entity, within }) => [
    entity.name,
    text(within(CONDITION)),
    text(within())
  ])
}
/** Subqueries are printed with what they select. */
function text(token: Token): string {
  const { xpr = [] } = token as { xpr?: Token[] }
  const last = xpr.at(-1) as {
    SELECT?: { from: { ref: string[] }; columns: Token[]; where?: Token[] }
  }
  if (!last.SELECT) return printCondition(xpr)
  const { from, columns, where } = last.SELECT
  const select = `select ${columns.map((each) => printCondition([each])).join()} from ${from.ref.join()}`
  return `${printCondition(xpr.slice(0, -1))} (${select}${where ? ` where ${printCondition(where)}` : ''})`
}

test('an entity with restrictions, or that is no part, has none', () => {
  const cdl = `service S { ${RESTRICTED} entity A { key ID : Integer; b : Association to B; }
    entity B { key ID : Integer; } @requires: 'R' entity C { key ID : Integer; } }`
  for (const name of ['A', 'B', 'C']) expect(governors(cdl, `S.${name}`)).toEqual([])
  const model = modelOf(cdl)
  const restricted = ['A', 'B', 'C'].map((name) => isRestricted(definitionIn(model, `S.${name}`)))
  expect(restricted).toEqual([true, false, true])
})

test('a part with restrictions of its own has none, but parts below it have it', () => {
  const cdl = `service S { ${RESTRICTED} entity A { key ID : Integer; plant : Integer;
    items : Composition of many { key pos : Integer; parts : Composition of many { key no : Integer; }; }; }
    annotate A.items with ${RESTRICTED}; }`
  expect(governors(cdl, 'S.A.items')).toEqual([])
  expect(governors(cdl, 'S.A.items.parts').map(([name]) => name)).toEqual(['S.A.items'])
})

test('an entity is no part of one that it calls up_, and that composes others', () => {
  const cdl = `service S { ${RESTRICTED} entity A { key ID : Integer; cs : Composition of many C on cs.a = $self; }
    entity B { key ID : Integer; up_ : Association to A; } entity C { key ID : Integer; a : Association to A; } }`
  expect(governors(cdl, 'S.B')).toEqual([])
})

test('a part leads back to its record by up_', () => {
  const cdl = `service S { ${RESTRICTED} entity A { key ID : Integer; plant : Integer;
    items : Composition of many { key pos : Integer; parts : Composition of many { key no : Integer; }; }; } }`
  expect(governors(cdl, 'S.A.items')).toEqual([['S.A', 'exists up_[(plant = 1)]', 'exists up_']])
  expect(governors(cdl, 'S.A.items.parts')).toEqual([
    ['S.A', 'exists up_[(exists up_[(plant = 1)])]', 'exists up_[(exists up_)]']
  ])
})

describe('an entity that is exposed because it is a part', () => {
  const model = (composition: string, part: string, more = '') => `
    entity db.A { key ID : Integer; plant : Integer; number : Integer; ${composition} }
    entity db.B { key ID : Integer; ${part} }
    service S { ${RESTRICTED} entity A as projection on db.A; ${more} }`

  test.each<[string, string, string, string, string]>([
    [
      'leads back by its association',
      'bs : Composition of many db.B on bs.a = $self;',
      'a : Association to db.A;',
      'exists a[(plant = 1)]',
      'exists a'
    ],
    [
      'is found by the other order of the condition as well',
      'bs : Composition of many db.B on $self = bs.a;',
      'a : Association to db.A;',
      'exists a[(plant = 1)]',
      'exists a'
    ],
    [
      'is found by values',
      'bs : Composition of many db.B on bs.number = number;',
      'number : Integer;',
      'number in (select number from S.A where (plant = 1))',
      'number in (select number from S.A)'
    ],
    [
      'is found by two values',
      'bs : Composition of many db.B on bs.number = number and ID = bs.other;',
      'number : Integer; other : Integer;',
      '(number, other) in (select number,ID from S.A where (plant = 1))',
      '(number, other) in (select number,ID from S.A)'
    ],
    [
      'is found by its association and a value',
      'bs : Composition of many db.B on bs.a = $self and bs.number = number;',
      'a : Association to db.A; number : Integer;',
      '(a_ID, number) in (select ID,number from S.A where (plant = 1))',
      '(a_ID, number) in (select ID,number from S.A)'
    ],
    [
      'is found by foreign keys',
      'site : Association to db.A; bs : Composition of many db.B on bs.site.ID = site.ID;',
      'site : Association to db.A;',
      'site_ID in (select site_ID from S.A where (plant = 1))',
      'site_ID in (select site_ID from S.A)'
    ],
    [
      'is referred to by the record',
      'b : Composition of one db.B;',
      '',
      'ID in (select b_ID from S.A where (plant = 1))',
      'ID in (select b_ID from S.A)'
    ],
    [
      'is found in no way that is known',
      'bs : Composition of many db.B on bs.number > number;',
      'number : Integer;',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by more than values',
      "bs : Composition of many db.B on bs.number = number or bs.text = 'x';",
      'number : Integer; text : String;',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by one of two values',
      'bs : Composition of many db.B on bs.number = number or bs.other = ID;',
      'number : Integer; other : Integer;',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by an association that has no keys, and a value',
      'bs : Composition of many db.B on bs.a = $self and bs.number = number;',
      'a : Association to db.A on a.number = number; number : Integer;',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by its association and a constant',
      'bs : Composition of many db.B on bs.a = $self and bs.number = 1;',
      'a : Association to db.A; number : Integer;',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by values of its own',
      'bs : Composition of many db.B on bs.number = bs.ID;',
      'number : Integer;',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by values of the record',
      'bs : Composition of many db.B on number = ID;',
      '',
      "'1' = '2'",
      "'1' = '2'"
    ],
    [
      'is found by a constant',
      'bs : Composition of many db.B on bs.number = 1;',
      'number : Integer;',
      "'1' = '2'",
      "'1' = '2'"
    ]
  ])('%s', (_, composition, part, within, any) => {
    expect(governors(model(composition, part), 'S.B')).toEqual([['S.A', within, any]])
  })

  test('is open if the model exposes it by itself', () => {
    const cdl = model(
      'bs : Composition of many db.B on bs.a = $self;',
      'a : Association to db.A;',
      'entity B as projection on db.B;'
    )
    expect(governors(cdl, 'S.B')).toEqual([])
  })

  test('belongs to all that compose it', () => {
    const cdl = `
      entity db.A { key ID : Integer; plant : Integer; b : Composition of one db.B; }
      entity db.C { key ID : Integer; plant : Integer; b : Composition of one db.B; }
      entity db.B { key ID : Integer; }
      service S { ${RESTRICTED} entity A as projection on db.A; entity C as projection on db.C; }`
    expect(governors(cdl, 'S.B').map(([name]) => name)).toEqual(['S.A', 'S.C'])
  })

  test('belongs to all that show its record, by its association or by the keys in it', () => {
    const cdl = `
      entity db.A { key ID : Integer; plant : Integer; bs : Composition of many db.B on bs.a = $self; }
      entity db.B { key ID : Integer; a : Association to db.A; }
      service S { ${RESTRICTED} entity A as projection on db.A;
        @cds.redirection.target: false ${RESTRICTED} entity More as projection on db.A; }`
    expect(governors(cdl, 'S.B')).toEqual([
      ['S.A', 'exists a[(plant = 1)]', 'exists a'],
      [
        'S.More',
        'a_ID in (select ID from S.More where (plant = 1))',
        'a_ID in (select ID from S.More)'
      ]
    ])
  })

  test('of itself belongs to what is above it', () => {
    const cdl = `
      entity db.A { key ID : Integer; plant : Integer; bs : Composition of many db.B on bs.a = $self; }
      entity db.B { key ID : Integer; a : Association to db.A; up : Association to db.B; bs : Composition of many db.B on bs.up = $self; }
      service S { ${RESTRICTED} entity A as projection on db.A; }`
    expect(governors(cdl, 'S.B').map(([name]) => name)).toContain('S.A')
  })
})

test('the same is found once, and kept', () => {
  const model = modelOf(
    `service S { ${RESTRICTED} entity A { key ID : Integer; items : Composition of many { key pos : Integer }; } }`
  )
  const items = definitionIn(model, 'S.A.items')
  expect(governorsOf(items)).toBe(governorsOf(items))
})

test('elements of a part that say which record it belongs to follow from where it is', () => {
  const model = modelOf(`service S { entity A { key ID : Integer; number : Integer;
    items : Composition of many { key pos : Integer }; bs : Composition of many B on bs.a = $self;
    cs : Composition of many C on cs.number = number; d : Composition of one D;
    es : Composition of many B on es.a = $self and es.ID = number; }
    entity B { key ID : Integer; a : Association to A; } entity C { key ID : Integer; number : Integer; }
    entity D { key ID : Integer; } }`)
  const { compositions = {} } = definitionIn(model, 'S.A')
  const linking = Object.entries(compositions).map(([name, composition]) => [
    name,
    linkingElements(composition._target as never, composition)
  ])
  expect(Object.fromEntries(linking)).toEqual({
    items: ['up__ID'],
    bs: ['a_ID'],
    cs: ['number'],
    d: [],
    es: ['a_ID', 'ID']
  })
})

test('an association compares elements of its target with others', () => {
  const model = modelOf(`entity A { key ID : Integer; number : Integer; one : Association to B;
    many : Association to many B on many.a = $self; same : Association to B on same.number = number;
    above : Association to B on above.number > number; }
    entity B { key ID : Integer; number : Integer; a : Association to A; }`)
  const { elements = {} } = definitionIn(model, 'A')
  const compared = ['one', 'many', 'same', 'above'].map((name) =>
    comparedBy(definitionIn(model, 'B'), elements[name] ?? {})
  )
  expect(compared).toEqual([[['ID', 'one_ID']], [['a_ID', 'ID']], [['number', 'number']], []])
})
