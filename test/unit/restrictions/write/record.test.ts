import cds from '@sap/cds'

import type { Model } from '../../../../src/restrictions/model/definition.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { checkRecord } from '../../../../src/restrictions/write/record.js'
import { checkWritten } from '../../../../src/restrictions/write/written.js'
import { refusal, requestOf } from '../support/asked.js'
import { definitionIn, deployInMemory } from '../support/model.js'

const CDL = `
entity db.Orders { key ID : Integer; plant : String; status : String; }
@cds.external @cds.persistence.skip service Remote {
  entity Rows { key ID : Integer; plant : String; site : Association to Sites; parts : Composition of many Parts on parts.row = $self; }
  entity Sites { key ID : Integer; plant : String; } entity Parts { key ID : Integer; row : Association to Rows; } }
service S {
  @restrict: [ { grant: '*', to: 'Plant', where: (plant = $user.plant) }, { grant: 'UPDATE', to: 'Open', where: (status = 'open') } ]
  entity Orders as projection on db.Orders actions {
    @restrict: [{ to: 'Closer', where: 'status = $user.status' }] action close();
    action sweep(orders : many $self); action note(texts : many String, one : String);
  };
  @restrict: [{ grant: 'READ', to: 'Reader' }, { grant: '*', to: 'Plant', where: (plant = $user.plant) }, { grant: '*', to: 'Now', where: (plant = $user.plant and $now > $user.since) }]
  entity Rows as projection on Remote.Rows;
  entity Sites as projection on Remote.Sites;
  @restrict: [{ grant: '*', to: 'Plant', where: (ID = $user.x) }] entity Parts as projection on Remote.Parts;
}`
const attr = { plant: ['1010'], status: 'open' }
const UNCHECKED = { status: 403, code: 'ERR_RESTRICTION_UNCHECKED' }
const RESTRICTED = { status: 403, code: 'ERR_WRITE_RESTRICTED' }

let definition: (name: string) => ReturnType<typeof definitionIn>
beforeAll(async () => {
  const csn = cds.compile(CDL) as unknown as object
  await deployInMemory(csn)
  const model = cds.compile.for.nodejs(csn) as unknown as Model
  const unsafe = rewriteModel(model).map(({ condition }) => condition)
  expect(unsafe).toEqual([expect.stringContaining('$now')]) // nobody evaluates it for a remote record
  cds.model = model as never
  definition = (name) => definitionIn(model, `S.${name}`)
  await INSERT.into('db.Orders').entries(
    { ID: 1, plant: '1010', status: 'open' },
    { ID: 2, plant: '1710', status: 'closed' }
  )
})
afterAll(() => (cds.db as unknown as { disconnect(): Promise<void> }).disconnect())

const at = (name: string, ID: number) => ({
  ref: [{ id: `S.${name}`, where: [{ ref: ['ID'] }, '=', { val: ID }] }]
})

describe('an action', () => {
  const acted = (event: string, ID: number | undefined, roles: string[], values: object = attr) => {
    const subject = ID === undefined ? {} : { subject: at('Orders', ID) }
    const request = requestOf(event, definition('Orders'), { roles, attr: values, ...subject })
    const service = { run: () => Promise.reject(new Error('not remote')) }
    return refusal(() => checkRecord(service, request, definition('Orders')))
  }

  test('with restrictions of its own is for the records of its condition', async () => {
    expect(await acted('close', 1, ['Closer'])).toBeUndefined()
    expect(await acted('close', 2, ['Closer'])).toMatchObject({
      ...{ ...RESTRICTED, message: 'You may not change this record.' }
    })
    expect(await acted('close', 9, ['Closer'])).toMatchObject({ status: 404, message: 'Not Found' })
    expect(await acted('close', undefined, ['Closer'])).toBeUndefined()
    expect(await acted('close', 1, [])).toMatchObject({
      ...{ ...RESTRICTED, message: 'No role permits this.' }
    })
  })

  test('on a collection, and no other, needs nothing but a value', async () => {
    expect(await acted('sweep', undefined, ['Plant'])).toBeUndefined()
    expect(await acted('sweep', undefined, ['Plant'], {})).toMatchObject({
      ...{ ...RESTRICTED, message: 'The condition can not be true for you.' }
    })
    expect(await acted('note', 2, ['Plant'], {})).toBeUndefined()
  })

  test('that there is none is not looked at', async () => {
    expect(await acted('other', 2, [])).toBeUndefined()
  })
})

describe('a record of another service', () => {
  const changed = (members: object, rows: unknown = { ID: 1, plant: '1010' }) => {
    const request = requestOf('UPDATE', definition('Rows'), { roles: ['Plant'], attr, ...members })
    const service = { run: () => Promise.resolve(rows) }
    return refusal(() => checkRecord(service, request, definition('Rows')))
  }

  test('has to be named, and to be one', async () => {
    const unnamed = { ...UNCHECKED, message: 'Name one record by its key.' }
    expect(await changed({ subject: at('Rows', 1) })).toBeUndefined()
    for (const members of [{}, { subject: {} }, { subject: { ref: ['S.Rows'] } }, { query: {} }])
      expect(await changed(members)).toMatchObject(unnamed)
    expect(await changed({ subject: at('Rows', 1) }, [{ ID: 1 }, { ID: 2 }])).toMatchObject(unnamed)
    expect(await changed({ subject: at('Rows', 1) }, [])).toMatchObject({ status: 404 })
  })

  test('is judged by what is there', async () => {
    expect(await changed({ subject: at('Rows', 1) }, { ID: 1, plant: '1710' })).toMatchObject({
      ...{ ...RESTRICTED, message: 'You may not change this record.' }
    })
  })

  test('is not as if there were none, where one that is not found is created', async () => {
    const put = { subject: at('Rows', 1), http: { req: { method: 'PUT' } } }
    const refused = { ...RESTRICTED, message: 'You may not change this record.' }
    expect(await changed(put, null)).toMatchObject(refused)
    expect(await changed({ ...put, http: { req: { method: 'PATCH' } } }, null)).toMatchObject({
      status: 404
    })
    expect(await changed({ ...put, roles: ['Plant', 'Reader'] }, null)).toMatchObject({
      status: 404
    })
    expect(await changed(put)).toBeUndefined()
  })

  test('is not created where the data can not be judged', async () => {
    const created = (role: string, data: object, next = () => Promise.resolve('done')) => {
      const request = requestOf('CREATE', definition('Rows'), { roles: [role], attr, data })
      const service = { run: () => Promise.reject(new Error('nothing to read')) }
      return refusal(() => checkWritten(service, request, definition('Rows'), next))
    }
    expect(await created('Plant', { ID: 1, plant: '1010' })).toBeUndefined()
    expect(await created('Now', { ID: 1, plant: '1010' })).toMatchObject({
      ...{ ...UNCHECKED, message: 'What is written can not be checked.' }
    })
    expect(await created('Plant', { ID: 1, plant: '1010', parts: [{ ID: 1 }] })).toMatchObject({
      ...{ ...UNCHECKED, message: 'Restrictions below, or above, a record of another service.' }
    })
    expect(await created('Nobody', { ID: 1 })).toMatchObject({
      ...{ ...RESTRICTED, message: 'No role permits this.' }
    })
  })
})
