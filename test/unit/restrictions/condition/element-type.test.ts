import { targetAt, typeOfOperand } from '../../../../src/restrictions/condition/element-type.js'
import type { Operand } from '../../../../src/restrictions/condition/types.js'
import { UnsafeCondition } from '../../../../src/restrictions/condition/unsafe.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`
  type Code : String(4);
  entity Rows { key ID : Integer; code : Code; amount : Decimal; at { place { name : String } }; title : localized String;
    site : Association to Sites; image : LargeBinary; }
  entity Sites { key ID : Integer; plant : String; region : Association to Sites; }`)
const entity = definitionIn(model, 'Rows')
const ref = (...path: string[]) => ({ ref: path })
const call = (func: string) => ({ func, args: [ref('code')] })

test.each<[string, Operand]>([
  ['cds.Integer', [ref('ID')]],
  ['cds.String', [ref('code')]],
  ['cds.Decimal', [ref('amount')]],
  ['cds.String', [ref('$self', 'code')]],
  ['cds.String', [ref('at', 'place', 'name')]],
  ['cds.String', [ref('at_place_name')]],
  ['cds.Integer', [ref('site_ID')]],
  ['cds.Integer', [ref('site', 'ID')]],
  ['cds.String', [ref('site', 'plant')]],
  ['cds.String', [ref('site', 'region', 'plant')]],
  ['cds.String', [{ ref: ['site', { id: 'region' }, 'plant'] }]],
  ['cds.Timestamp', [ref('$now')]],
  ['cds.Timestamp', [ref('$at', 'from')]],
  ['cds.Double', [{ val: 5 }]],
  ['cds.Boolean', [{ val: false }]],
  ['cds.String', [{ val: 'x' }]],
  ['cds.String', [{ val: null }]],
  ['cds.Integer', [{ xpr: [ref('ID')] }]],
  ['cds.Double', [{ xpr: [ref('ID'), '+', { val: 1 }] }]],
  ...['+', '-', '*', '/'].map((sign): [string, Operand] => [
    'cds.Double',
    [ref('ID'), sign, { val: 1 }]
  ]),
  ['cds.Double', [ref('ID'), '+', ref('ID'), '*', { val: 2 }]],
  ['cds.String', [ref('code'), '||', { val: 'x' }]],
  ['cds.String', [ref('code'), '||', { val: 'x' }, '||', ref('code')]],
  ...['tolower', 'lower', 'TOUPPER', 'upper', 'trim', 'concat', 'substring'].map(
    (name): [string, Operand] => ['cds.String', [call(name)]]
  ),
  ...['length', 'indexof', 'year', 'month', 'day', 'hour', 'minute', 'Second'].map(
    (name): [string, Operand] => ['cds.Integer', [call(name)]]
  ),
  ...['round', 'floor', 'ceiling'].map((name): [string, Operand] => ['cds.Double', [call(name)]])
])('%s is the type of %j', (type, operand) => {
  expect(typeOfOperand(operand, entity)).toBe(type)
})

const UNTYPED = (name: string) => [
  `${name} has no type that values of a user can be compared with`,
  'compare $user with an element of a scalar type'
]
const MISSING = (name: string, advice = 'compare $user with an element') => [
  `there is no element "${name}"`,
  advice
]
const CALCULATED = ['the type of a calculation is not known', 'compare $user with an element']

test.each<[Operand, string[]]>([
  [[ref('other')], MISSING('other')],
  [[ref('cod')], MISSING('cod', 'did you mean "code"?')],
  [[ref('site')], UNTYPED('"site"')],
  [[ref('image')], UNTYPED('"image"')],
  [[ref('at', 'other')], MISSING('at.other')],
  [[ref('site', 'other')], MISSING('site.other')],
  [[ref('$session')], UNTYPED('"$session"')],
  [[call('soundex')], UNTYPED('"soundex"')],
  [[call('constructor')], UNTYPED('"constructor"')],
  [[{ list: [{ val: 1 }] }], UNTYPED('"the operand"')],
  [['case'], UNTYPED('the operand')],
  [[], UNTYPED('the operand')],
  [[ref('ID'), '%', { val: 1 }], CALCULATED],
  [[ref('code'), '||', ref('code'), '+', ref('ID')], CALCULATED],
  [['case', 'when', ref('ID'), 'then', ref('code'), 'end'], CALCULATED],
  [
    [ref('title')],
    [
      '"title" is localized: who sends the request chooses in which language it is compared',
      'compare an element that is not'
    ]
  ]
])('%j has none', (operand, [reason, advice]) => {
  expect(() => typeOfOperand(operand, entity)).toThrow(UnsafeCondition)
  expect(() => typeOfOperand(operand, entity)).toThrow(expect.objectContaining({ reason, advice }))
})

test('without an entity there are no elements', () => {
  expect(() => typeOfOperand([ref('ID')], undefined)).toThrow(UnsafeCondition)
  expect(typeOfOperand([call('trim')], undefined)).toBe('cds.String')
})

test('an association leads to an entity', () => {
  expect(targetAt(['site'], entity)).toBe(definitionIn(model, 'Sites'))
  expect(targetAt(['site', 'region'], entity)).toBe(definitionIn(model, 'Sites'))
  expect(targetAt(['ID'], entity)).toBeUndefined()
  expect(targetAt(['other'], entity)).toBeUndefined()
  expect(targetAt(['site'], undefined)).toBeUndefined()
})
