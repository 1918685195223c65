import {
  isOwnPart,
  isSettled,
  reachableIf,
  settle,
  withFilter
} from '../../../../src/restrictions/read/reachable.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { definitionIn, modelOf } from '../support/model.js'
import { refusal, requestOf } from '../support/request.js'

const model = modelOf(`
service Far @(cds.external) { @cds.persistence.skip entity Rows { key ID : Integer; plant : String } }
service S {
  @restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }, { grant: 'READ', to: 'Reader' }]
  entity Orders { key ID : Integer; plant : String; site : Association to Sites;
    items : Composition of many Items on items.order = $self; notes : Composition of many Notes on notes.order = $self };
  @cds.autoexposed entity Items { key ID : Integer; order : Association to Orders;
    parts : Composition of many Parts on parts.item = $self; links : Association to many Parts on links.item = $self };
  @cds.autoexposed entity Parts { key ID : Integer; item : Association to Items };
  @restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }]
  entity Notes { key ID : Integer; order : Association to Orders; plant : String };
  @restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }]
  entity Sites { key ID : Integer; plant : String };
  @restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }, { grant: 'READ', to: 'Reader' }]
  entity Rows as projection on Far.Rows;
  entity Open { key ID : Integer };
}`)
rewriteModel(model)
const entity = (name: string) => definitionIn(model, `S.${name}`)

describe('records that an association leads to', () => {
  const follow = (role: string, target = 'Orders', from = 'Open', event = 'READ') =>
    reachableIf(requestOf([role], { event }), entity(target), entity(from), 'order')

  test('are all for who may read them all', () => {
    expect(follow('Reader')).toBeUndefined()
    expect(follow('Reader', 'Rows', 'Rows')).toBeUndefined()
    expect(follow('Nobody', 'Open')).toBeUndefined()
  })

  test('are those of the condition', () => {
    const condition = JSON.stringify(follow('Plant'))
    expect(condition).toContain('plant')
    expect(condition).toContain('1010')
  })

  test('are refused without a role', () => {
    expect(refusal(() => follow('Nobody', 'Orders', 'Open', 'CREATE'))).toEqual({
      ...{ status: 403, code: 'ERR_EXPAND_RESTRICTED', message: 'order can not be followed.' },
      log: expect.stringMatching(/GET of Orders: .*"Plant", "Reader"/) as unknown
    })
  })

  test('are refused where no condition could be a filter', () => {
    const refused = { status: 403, code: 'ERR_EXPAND_RESTRICTED' }
    expect(refusal(() => follow('Plant', 'Rows', 'Open'))).toMatchObject(refused)
    expect(refusal(() => follow('Plant', 'Orders', 'Rows'))).toMatchObject(refused)
  })
})

describe('parts of what is read already', () => {
  test.each<[string, string, string, boolean]>([
    ['Orders', 'items', 'Items', true],
    ['Items', 'parts', 'Parts', true],
    ['Items', 'links', 'Parts', false],
    ['Orders', 'notes', 'Notes', false],
    ['Orders', 'site', 'Sites', false],
    ['Open', 'items', 'Items', false],
    ['Orders', 'toString', 'Items', false]
  ])('%s.%s leads to %s: %s', (from, name, target, expected) => {
    expect(isOwnPart(entity(target), entity(from), name)).toBe(expected)
  })

  test('are not under restrictions of another record', () => {
    const site = { ...entity('Sites'), compositions: { items: {} } }
    expect(isOwnPart(entity('Items'), site, 'items')).toBe(false)
  })
})

describe('a segment', () => {
  const condition = { xpr: [{ ref: ['plant'] }, '=', { val: '1010' }] }
  const own = { xpr: [{ ref: ['ID'] }, '=', { val: 1 }] }

  test('has a condition beside its own', () => {
    expect(withFilter('site', condition)).toEqual({ id: 'site', where: [condition] })
    expect(withFilter({ id: 'site' }, condition)).toEqual({ id: 'site', where: [condition] })
    expect(withFilter({ id: 'site', where: [] }, condition)).toEqual({
      ...{ id: 'site', where: [condition] }
    })
    expect(withFilter({ id: 'site', where: own.xpr }, condition)).toEqual({
      ...{ id: 'site', where: [own, 'and', condition] }
    })
  })

  test('keeps the arguments of a view', () => {
    const args = { p: { val: 1 } }
    expect(withFilter({ id: 'site', args }, condition)).toEqual({
      ...{ id: 'site', args, where: [condition] }
    })
    expect(settle({ id: 'site', args })).toEqual({ id: 'site', args })
  })

  test('has its name as text, as CAP joins segments to names', () => {
    const segments = [withFilter('site', condition), settle({ id: 'site', where: [own] })]
    expect(segments.map(String)).toEqual(['site', 'site'])
    for (const segment of segments) expect(Object.keys(segment)).toEqual(['id', 'where'])
  })

  test('is marked if it has all its filters', () => {
    const segment = { id: 'site', where: [own] }
    const settled = settle(segment)
    expect(settled).toEqual(segment)
    expect([isSettled(settled), isSettled(segment)]).toEqual([true, false])
    expect(Object.keys(settle({ id: 'site' }))).toEqual(['id'])
    expect([settle('site'), isSettled(settle('site'))]).toEqual(['site', false])
  })
})
