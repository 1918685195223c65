import {
  lackedAttributes,
  nameOfRequest,
  refusalOf
} from '../../../../src/restrictions/request/refusal.js'
import { textFor } from '../../../../src/restrictions/request/texts.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`service S {
  @restrict: [
    { grant: 'UPDATE', to: 'Writer', where: (plant = $user.plant and
        level = $user.level) },
    { grant: 'UPDATE', to: 'Writer', where: (owner = $user.id and plant = $user.plant and owner = $user.tenant) },
    { grant: 'DELETE', to: ['One', 'Two'] }, { grant: 'CREATE' }
  ]
  @odata.draft.enabled entity Things { key ID : Integer; plant : String; level : String; owner : String;
    items : Composition of many { key pos : Integer; }; };
  entity Open { key ID : Integer };
}`)
const things = definitionIn(model, 'S.Things')
const facts = { id: undefined, tenant: undefined, attr: {} }
const user = (role = '') => ({ user: { is: (each: string) => each === role }, facts })
const explained = (event: string, role?: string, entity = things) =>
  refusalOf(
    'ERR_WRITE_RESTRICTED',
    'You may not change this record.',
    { entity, event },
    user(role)
  ).explanation

test('attributes that a user has not are named once, without those that everybody has', () => {
  expect(lackedAttributes(things, 'UPDATE', user('Writer'))).toEqual(['plant', 'level'])
  expect(lackedAttributes(things, 'UPDATE', user())).toEqual([])
  expect(lackedAttributes(things, 'READ', user('Writer'))).toEqual([])
  expect(lackedAttributes(definitionIn(model, 'S.Open'), 'READ', user())).toEqual([])
  expect(explained('UPDATE', 'Writer').cause).toMatch(/ no attribute "plant", "level"$/)
})

test('the language is nothing that a condition knows', () => {
  const where = 'lang = $user.locale'
  const entity = { name: 'S.Texts', kind: 'entity', '@restrict': [{ where }] }
  expect(explained('UPDATE', 'any', entity).cause).toMatch(/; the user has no attribute "locale"$/)
})

test('roles with a grant are named, also of the record that a part belongs to', () => {
  expect(explained('DELETE').cause).toMatch(/ \(roles with one: "One", "Two"\)$/)
  expect(explained('CREATE').cause).toMatch(/ \(roles with one: "any"\)$/)
  const items = definitionIn(model, 'S.Things.items')
  expect(explained('DELETE', '', items).cause).toMatch(/ \(roles with one: "One", "Two"\)$/)
})

test('every refusal has a next step', () => {
  const { fix } = textFor('You may not change this record.')
  expect(explained('DELETE').fix).toBe(fix)
  expect(explained('UPDATE', '', definitionIn(model, 'S.Open')).fix).toBe(fix)
  const error = refusalOf('ERR_WRITE_RESTRICTED', 'You may not change this record.', {}, user())
  expect(error.explanation.fix).toBe(fix)
  expect(error.explanation.cause).toBe('"" of : the condition is not true for this record')
})

test('conditions are one line, and 200 characters are not too many', () => {
  const where = (length: number) => `plant = '${'x'.repeat(length - 10)}'`
  const shown = (text: string) => {
    const entity = { name: 'S.Long', kind: 'entity', '@restrict': [{ where: text }] }
    return explained('UPDATE', 'any', entity).cause.split(': ').at(-1)
  }
  expect(shown(where(200))).toBe(`"${where(200)}"`)
  expect(shown(where(201))).toBe(`"${where(201).slice(0, 200)}…"`)
  expect(shown('plant\n  =  1')).toBe('"plant = 1"')
})

test.each([
  ['"items" can not be followed.', '"items" can not be followed', /^Add a grant for READ/],
  ['"x" is of a query around it.', '"x" is of a query around it', /^Use another name/],
  ['"x" names an element.', '"x" names an element', /^Use another name/],
  ['v1.2 of something else.', 'v1.2 of something else', /^Give the user a role/],
  ['toString', 'toString', /^Give the user a role/]
])('%s is explained', (message, cause, fix) => {
  expect(textFor(message)).toEqual({ cause, fix: expect.stringMatching(fix) as string })
})

test('requests are named by their method and entity', () => {
  const drafts = things.drafts ?? things
  expect(nameOfRequest('UPDATE', drafts)).toBe('PATCH of Things (draft)')
  expect(nameOfRequest('draftActivate', things)).toBe('"draftActivate" of Things')
  expect(nameOfRequest('ACTIVATE', things)).toBe('ACTIVATE of Things')
  expect(nameOfRequest('READall', things)).toBe('"READall" of Things')
  expect(nameOfRequest('allREAD', things)).toBe('"allREAD" of Things')
  expect(nameOfRequest('READ')).toBe('GET of ')
  expect(nameOfRequest('READ', undefined, 'S')).toBe('GET of S')
  const other = { name: 'S.Things.drafts.old', kind: 'entity' }
  expect(nameOfRequest('READ', other, 'S')).toBe('GET of Things.drafts.old')
})
