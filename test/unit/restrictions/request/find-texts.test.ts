import cds from '@sap/cds'

import { findTexts, findTextsAgain } from '../../../../src/restrictions/request/find-texts.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { factsOf } from '../../../../src/restrictions/request/request.js'
import type { Model } from '../../../../src/restrictions/model/definition.js'
import { deployInMemory } from '../support/model.js'

const CDL = `
entity db.Names { key ID : Integer; name : String; }
service S {
  @restrict: [
    { grant: 'READ', to: 'Like', where: (name like $user.x) },
    { grant: 'READ', to: 'Lower', where: (tolower(name) like tolower($user.x)) },
    { grant: 'READ', to: 'Upper', where: (toupper(name) like toupper(trim($user.x))) },
    { grant: 'READ', to: 'Own', where: ($user.y like $user.x) },
    { grant: 'READ', to: 'Equal', where: (name = $user.x) }
  ]
  entity Names as projection on db.Names actions {
    @restrict: [{ to: 'Action', where: 'startswith(name, $user.x)' }] action act();
  };
  entity Others as projection on db.Names;
}`

let model: Model
beforeAll(async () => {
  const csn = cds.compile(CDL) as unknown as object
  await deployInMemory(csn)
  model = cds.compile.for.nodejs(csn) as unknown as Model
  expect(rewriteModel(model)).toEqual([])
  const names = ['Ulm', 'ulm', 'Bonn', null, 'Ülm', 'Ulm']
  await INSERT.into('db.Names').entries(names.map((name, ID) => ({ ID, name })))
})

const MANY = Array.from({ length: 11 }, (_, n) => `pattern ${String(n)}`)
const request = (role: string, x: unknown, y?: unknown) => ({
  event: role === 'Action' ? 'act' : 'READ',
  target: model.definitions['S.Names'],
  user: { id: 'alice', attr: { x, y }, is: (name: string) => name === role }
})

/** Texts that were found, by what they were looked for with. */
async function found(role: string, x: unknown) {
  const asked = request(role, x)
  await findTexts(asked, 'S', model)
  return [...(factsOf(asked).texts?.values() ?? [])].flat().sort()
}

/** The database applies functions of the element, and what is found is what they give. */
test.each<[string, string[], string[]]>([
  ['Like', ['U%'], ['Ulm']],
  ['Like', ['%lm', 'B_nn'], ['Bonn', 'Ulm', 'ulm', 'Ülm']],
  ['Lower', ['ULM'], ['ulm']],
  ['Lower', ['ÜLM'], ['Ülm']],
  ['Upper', [' ulm '], ['ULM']],
  ['Action', ['Bo'], ['Bonn']],
  ['Equal', ['Ulm'], []],
  ['Other', ['Ulm'], []]
])('for role %s, many patterns with %j find %j', async (role, patterns, expected) => {
  expect(await found(role, [...MANY, ...patterns])).toEqual(expected)
})

test('ten patterns, and none, are for the query itself', async () => {
  const ten = MANY.slice(0, 10)
  expect(findTexts(request('Like', ten), 'S', model)).toBeUndefined()
  expect(findTexts(request('Like', undefined), 'S', model)).toBeUndefined()
  expect(findTexts(request('Like', MANY), 'S', model)).toBeInstanceOf(Promise)
  await findTexts(request('Like', MANY), 'S', model)
})

test('another database has its own ways', () => {
  const holder = cds as unknown as { db: { kind: string } }
  const { db } = holder
  holder.db = { kind: 'postgres' }
  expect(findTexts(request('Like', MANY), 'S', model)).toBeUndefined()
  holder.db = db
})

test('a model without patterns has nothing to look for', () => {
  expect(findTexts(request('Like', MANY), 'S', { definitions: {} })).toBeUndefined()
})

test('values of the user are compared with patterns of the user before it is needed', async () => {
  expect(findTexts(request('Own', MANY, []), 'S', model)).toBeUndefined()
  expect(findTexts(request('Own', MANY.slice(0, 5), ['a', 'b']), 'S', model)).toBeUndefined()
  const asked = request('Own', MANY.slice(0, 6), ['a', 'b'])
  await expect(findTexts(asked, 'S', model)).resolves.toBeUndefined()
  expect(factsOf(asked).texts).toBeUndefined()
})

test('a request about something else has nothing to look for', () => {
  const asked = { ...request('Like', MANY), target: model.definitions['S.Others'] }
  expect(findTexts(asked, 'S', model)).toBeUndefined()
})

test('texts that were written since are found when they are looked for again', async () => {
  const asked = request('Like', [...MANY, 'Neu%'])
  const texts = () => [...(factsOf(asked).texts?.values() ?? [])].flat()
  await findTexts(asked, 'S', model)
  expect(texts()).toEqual([])
  await INSERT.into('db.Names').entries({ ID: 99, name: 'Neuss' })
  await findTextsAgain(asked)
  expect(texts()).toEqual(['Neuss'])
  const other = request('Like', ['Neu%'])
  await findTextsAgain(other)
  expect(factsOf(other).texts).toBeUndefined()
})
