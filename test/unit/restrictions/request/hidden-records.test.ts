import cds from '@sap/cds'

import { debugRead, rejectHidden } from '../../../../src/restrictions/request/hidden.js'
import {
  explainRefusedRecord,
  factsOf,
  refuse
} from '../../../../src/restrictions/request/request.js'
import { explanationOf } from '../../../../src/lib/log.js'
import { refusal, requestOf } from '../support/asked.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`service S {
  @restrict: [{ grant: 'READ', to: 'any', where: (plant = $user.plant) }, { grant: ['READ', 'UPDATE'], to: 'All' },
    { grant: 'UPDATE', to: 'any', where: (owner = $user.owner) }, { grant: 'CREATE', to: 'Maker' }]
  @odata.draft.enabled entity Orders { key ID : Integer; plant : String; owner : String };
  entity Open { key ID : Integer };
  @restrict: [{ grant: 'READ', to: 'Reader', where: (ID = $user.x) }] entity Closed { key ID : Integer };
}`)
const orders = definitionIn(model, 'S.Orders')
const open = definitionIn(model, 'S.Open')
const closed = definitionIn(model, 'S.Closed')

const containing = (text: string) => expect.stringContaining(text) as string
const OWN = '"plant = $user.plant"'

describe('a record that is hidden', () => {
  const hidden = (target: typeof orders | undefined, roles: string[] = []) =>
    refusal(() => rejectHidden(requestOf('UPDATE', target, { roles }), target))

  test('is not found, and the log says by which condition for READ', async () => {
    const refused = await hidden(orders)
    expect(refused).toMatchObject({ status: 404, message: 'Not Found', logged: 404 })
    expect(refused).toMatchObject({ cause: containing(OWN) })
    expect(refused).toMatchObject({ cause: expect.not.stringContaining('owner') as string })
    expect(await hidden(closed)).toMatchObject({ cause: containing('"Reader"') })
  })

  test('is not explained where all may be read', async () => {
    const unexplained = { status: 404, message: 'Not Found', cause: undefined }
    expect(await hidden(orders, ['All'])).toMatchObject(unexplained)
    expect(await hidden(open)).toMatchObject(unexplained)
    expect(await hidden(undefined)).toMatchObject(unexplained)
  })
})

describe('with DEBUG=principal', () => {
  const lines: string[] = []
  const log = cds.log('principal')
  const debug = jest.replaceProperty(log, '_debug' as never, true as never)
  beforeEach(() => {
    lines.length = 0
    log.debug = (...args: unknown[]) => lines.push(args.join(' '))
  })
  afterAll(() => debug.restore())

  const read = (
    target: typeof orders | undefined,
    result: unknown,
    attr: object = {},
    roles: string[] = []
  ) => {
    debugRead(requestOf('READ', target, { attr, roles }), result)
    return lines.splice(0)
  }

  test('a record that is not there, and a list without values, are explained by the condition for READ', () => {
    for (const result of [null, undefined])
      expect(read(orders, result, { plant: 'x' })).toEqual([
        `GET of Orders: there is no such record, or the user may not read it: the client gets 404: ${OWN}. ` +
          'Where there is one, the user needs values for which the condition for READ is true.'
      ])
    expect(read(orders, [])).toEqual([containing('Orders: records can be hidden by the condition')])
    expect(read(orders.drafts, null, { plant: 'x' })).toEqual([containing('GET of Orders: there')])
  })

  test('what is there, or can be hidden from nobody, is not explained', () => {
    expect(read(orders, [], { plant: 'x' })).toEqual([])
    expect(read(orders, {}, { plant: 'x' })).toEqual([])
    expect(read(orders, null, {}, ['All'])).toEqual([])
    expect(read(open, null)).toEqual([])
    expect(read(closed, null)).toEqual([])
    expect(read(undefined, null)).toEqual([])
    expect(read({ ...orders, kind: 'action', name: 'x' }, null)).toEqual([])
  })

  test('nothing is written without it', () => {
    const off = jest.replaceProperty(log, '_debug' as never, false as never)
    expect(read(orders, null)).toEqual([])
    off.restore()
  })
})

describe('a refusal', () => {
  const refused = (concern?: object, members: object = {}) =>
    refusal(() =>
      refuse(
        requestOf('UPDATE', orders, members),
        'ERR_WRITE_RESTRICTED',
        'No role permits this.',
        concern
      )
    )

  test('is 403, or 401 for who has not said who he is', async () => {
    const error = { code: 'ERR_WRITE_RESTRICTED', message: 'No role permits this.' }
    expect(await refused()).toMatchObject({ ...error, status: 403 })
    expect(await refused({}, { anonymous: true })).toMatchObject({ ...error, status: 401 })
  })

  test('is explained by the event and entity of the request, or those that it is about', async () => {
    expect(await refused()).toMatchObject({ cause: containing('PATCH of Orders: ') })
    expect(await refused()).toMatchObject({ cause: containing('"owner = $user.owner"') })
    expect(await refused({ event: 'CREATE' })).toMatchObject({
      cause: containing('POST of Orders: ')
    })
    expect(await refused({ event: 'CREATE' })).toMatchObject({ cause: containing('"Maker"') })
    expect(await refused({ entity: open })).toMatchObject({ cause: containing('PATCH of Open: ') })
    expect(await refused({ entity: orders.drafts })).toMatchObject({
      cause: containing('PATCH of Orders: ')
    })
    expect(await refused({}, { target: undefined })).toMatchObject({
      cause: containing('PATCH of ')
    })
  })

  test('of a record by CAP is explained by the condition', () => {
    const error = new Error('by CAP')
    explainRefusedRecord(error, requestOf('UPDATE', orders))
    const { code, explanation } = explanationOf(error) ?? {}
    expect(code).toBe('ERR_WRITE_RESTRICTED')
    expect(explanation?.cause).toMatch(
      /^PATCH of Orders: the condition is not true for this record: "owner/
    )
  })
})

test('facts about the user are those of the request', () => {
  const facts = factsOf(requestOf('READ', orders, { attr: { x: 1 }, tenant: 't1' }))
  expect([facts.id, facts.attr, facts.tenant, facts.texts]).toEqual([
    'alice',
    { x: 1 },
    't1',
    undefined
  ])
})
