import cds from '@sap/cds'

import type { Model } from '../../../../src/restrictions/model/definition.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import {
  checkBelow,
  checkDeletedParts,
  checkPart,
  hasRestrictedPart
} from '../../../../src/restrictions/write/part.js'
import { refusal, requestOf } from '../support/asked.js'
import { definitionIn, deployInMemory } from '../support/model.js'

const CDL = `
entity db.Orders { key ID : Integer; plant : String; notes : Composition of many db.Notes on notes.order = $self;
  items : Composition of many { key pos : Integer; }; }
entity db.Notes { key ID : Integer; order : Association to db.Orders; plant : String; }
entity db.Open { key ID : Integer; trees : Composition of many db.Trees on trees.open = $self; one : Composition of one db.Plain; }
entity db.Trees { key ID : Integer; open : Association to db.Open; up : Association to db.Trees;
  below : Composition of many db.Trees on below.up = $self; }
entity db.Plain { key ID : Integer; }
service S {
  @restrict: [ { grant: '*', to: 'Plant', where: (plant = $user.plant) }, { grant: '*', to: 'All' } ]
  entity Orders as projection on db.Orders;
  entity Items as projection on db.Orders.items actions { action mark(); };
  @restrict: [ { grant: 'DELETE', to: 'Plant', where: (plant = $user.plant) }, { grant: 'DELETE', to: 'All' } ]
  entity Notes as projection on db.Notes;
  entity Open as projection on db.Open; entity Trees as projection on db.Trees; entity Plain as projection on db.Plain;
}`
const attr = { plant: ['1010'] }

let definition: (name: string) => ReturnType<typeof definitionIn>
beforeAll(async () => {
  const csn = cds.compile(CDL) as unknown as object
  await deployInMemory(csn)
  const model = cds.compile.for.nodejs(csn) as unknown as Model
  rewriteModel(model)
  definition = (name) => definitionIn(model, `S.${name}`)
  cds.model = model as never
  const order = (ID: number, plant: string, notes: string[]) => ({
    ...{ ID, plant, items: [{ pos: 1 }] },
    notes: notes.map((each, n) => ({ ID: 10 * ID + n, plant: each }))
  })
  await INSERT.into('db.Orders').entries(
    order(1, '1010', ['1010']),
    order(2, '1710', ['1710']),
    order(3, '1010', [])
  )
})
afterAll(() => (cds.db as unknown as { disconnect(): Promise<void> }).disconnect())

const equals = (name: string, val: unknown) => [{ ref: [name] }, '=', { val }] as const
const RESTRICTED = { status: 403, code: 'ERR_WRITE_RESTRICTED' }
const FOREIGN = { ...RESTRICTED, message: 'You may not change this record.' }

test('there are restrictions below an entity if one of its parts has some, itself aside', () => {
  const has = (name: string, itself?: boolean) => hasRestrictedPart(definition(name), itself)
  expect(['Orders', 'Notes', 'Items', 'Open', 'Trees', 'Plain'].map((name) => has(name))).toEqual([
    ...[true, false, false, false, false, false]
  ])
  expect([has('Notes', true), has('Notes', false), has('Items', true)]).toEqual([
    true,
    false,
    false
  ])
})

describe('what is deleted below records', () => {
  const deleted = (
    roles: string[],
    where?: readonly object[] | readonly unknown[],
    ref?: unknown[]
  ) =>
    refusal(() =>
      checkDeletedParts(
        requestOf('DELETE', definition('Orders'), {
          ...{ roles, attr, query: { DELETE: where ? { where: where as never } : {} } },
          ...(ref && { subject: { ref: ref as never } })
        }),
        definition('Orders')
      )
    )
  const at = (ID: number) => [{ id: 'S.Orders', where: equals('ID', ID) }]

  test('is that of the records that a condition names', async () => {
    expect(await deleted(['Plant'], equals('ID', 1))).toBeUndefined()
    expect(await deleted(['Plant'], equals('ID', 2))).toMatchObject(FOREIGN)
    expect(await deleted(['Plant'])).toMatchObject(FOREIGN)
    expect(await deleted(['All'])).toBeUndefined()
  })

  test('is that of the records that a path and a condition name', async () => {
    expect(await deleted(['Plant'], equals('plant', '1010'), at(1))).toBeUndefined()
    expect(await deleted(['Plant'], equals('plant', '1710'), at(2))).toMatchObject(FOREIGN)
    expect(await deleted(['Plant'], equals('plant', '1710'), at(1))).toBeUndefined()
    expect(await deleted(['Plant'], equals('plant', '1710'), ['S.Orders'])).toMatchObject(FOREIGN)
    expect(await deleted(['Plant'], undefined, at(2))).toMatchObject(FOREIGN)
  })

  test('needs a role only where there is something, and the log says for what', async () => {
    expect(await deleted([], equals('ID', 3))).toBeUndefined()
    const refused = await deleted([], equals('ID', 1))
    const message = 'No role permits to delete what is below the record.'
    expect(refused).toMatchObject({ ...RESTRICTED, message })
    expect(refused).toMatchObject({ cause: expect.stringContaining('DELETE of Notes') as string })
    expect(await deleted(['Plant'], equals('ID', 2))).toMatchObject({
      cause: expect.stringMatching(/^DELETE of Notes: .*"plant = \$user.plant"/) as string
    })
  })

  test('is looked at by every path of compositions that has restrictions', async () => {
    const request = requestOf('DELETE', definition('Open'))
    expect(await refusal(() => checkBelow(request, ['S.Open'], definition('Open')))).toBeUndefined()
  })
})

describe('a part', () => {
  const changed = (event: string, roles: string[], members: object = {}) => {
    const request = requestOf(event, definition('Items'), { roles, attr, ...members })
    return refusal(() => checkPart(request, definition('Items')))
  }
  const update = (order: number) => ({ query: { UPDATE: { where: equals('up__ID', order) } } })

  test('is for who may change the record that it belongs to', async () => {
    expect(await changed('UPDATE', ['Plant'], update(1))).toBeUndefined()
    expect(await changed('UPDATE', ['Plant'], update(2))).toMatchObject(FOREIGN)
    expect(await changed('UPDATE', ['All'], update(2))).toBeUndefined()
    expect(await changed('UPDATE', ['Plant'])).toMatchObject(FOREIGN)
    expect(await changed('mark', ['Plant'])).toMatchObject(FOREIGN)
    expect(await changed('UPDATE', ['Plant'], update(99))).toBeUndefined()
  })

  test('is for nobody without a role, and the log says which event it is about', async () => {
    const message = 'No role permits this.'
    const cause = (text: string) => expect.stringContaining(text) as string
    expect(await changed('UPDATE', [], update(1))).toMatchObject({
      ...{ ...RESTRICTED, message, cause: cause('PATCH of Items') }
    })
    expect(await changed('mark', [])).toMatchObject({ message, cause: cause('GET of Items') })
    expect(await changed('UPDATE', ['Plant'], update(2))).toMatchObject({
      cause: cause('PATCH of Items')
    })
  })

  test('of nothing is not looked at', async () => {
    const request = requestOf('UPDATE', definition('Plain'))
    expect(await refusal(() => checkPart(request, definition('Plain')))).toBeUndefined()
  })
})
