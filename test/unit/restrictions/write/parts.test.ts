import cds from '@sap/cds'

import { at, type Caller, type Refused, Served, type Service } from '../support/served.js'

const MODEL = `
entity db.Orders { key ID : Integer; plant : String; title : String;
  items : Composition of many { key pos : Integer; text : String; };
  notes : Composition of many db.Notes on notes.order = $self;
  header : Composition of one db.Headers; }
entity db.Notes { key ID : Integer; order : Association to db.Orders; plant : String; text : String;
  marks : Composition of many db.Marks on marks.note = $self; }
entity db.Marks { key ID : Integer; note : Association to db.Notes; plant : String; }
entity db.Headers { key ID : Integer; text : String; }
service S {
  @restrict: [
    { grant: '*', to: 'Plant', where: (plant = $user.plant) },
    { grant: ['READ', 'UPDATE'], to: 'Changer', where: (plant = $user.plant) },
    { grant: 'READ', to: 'Reader' },
    { grant: '*', to: 'All' }
  ]
  entity Orders as projection on db.Orders actions { action sweep(orders : many $self) returns String; };
  entity Items as projection on db.Orders.items actions { action mark() returns String; };
  @restrict: [
    { grant: '*', to: 'Plant', where: (plant = $user.plant) },
    { grant: ['READ', 'CREATE', 'UPDATE'], to: ['Changer', 'All'] },
    { grant: 'DELETE', to: 'All', where: (plant = $user.plant) }
  ]
  entity Notes as projection on db.Notes actions {
    @restrict: [{ to: 'Plant', where: 'text = $user.text' }] action close() returns String;
    @cds.odata.bindingparameter.collection
    @restrict: [{ to: 'Plant', where: 'plant = $user.plant and text is not null' }] action closeAll() returns String;
  };
  @restrict: [ { grant: '*', to: 'Plant', where: (plant = $user.plant) }, { grant: '*', to: 'Marker' } ]
  entity Marks as projection on db.Marks;
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL, function (this: cds.ApplicationService) {
    this.on(['mark', 'close', 'closeAll', 'sweep'], () => 'done')
  })
  const order = (ID: number, plant: string, notes: object[]) => ({
    ...{ ID, plant, items: [{ pos: 1 }, { pos: 2 }], header: { ID }, notes }
  })
  const note = (ID: number, plant: string, ...marks: string[]) => ({
    ...{ ID, plant, text: `note ${String(ID)}` },
    marks: marks.map((each, n) => ({ ID: 10 * ID + n, plant: each }))
  })
  await cds.run(
    INSERT.into('db.Orders').entries(
      order(1, '1010', [note(1, '1010', '1010')]),
      order(2, '1710', [note(2, '1710')]),
      order(3, '1010', [note(3, '1010'), note(4, '1710')]),
      order(4, '1010', [note(5, '1010', '1010', '1710')]),
      order(5, '1010', [])
    )
  )
})

const who = (...roles: string[]): Caller => ({ roles, attr: { plant: ['1010'], text: 'note 1' } })
type Write = (tx: Service) => Promise<unknown>

/** 200, or the status and the code of the refusal. */
async function outcome(role: string, write: Write): Promise<unknown> {
  const result = await served.as(who(role), write)
  const { status, code } = (result ?? {}) as Refused
  return status === undefined ? 200 : [Number(status), code]
}
const RESTRICTED = [403, 'ERR_WRITE_RESTRICTED']
const BY_CAP = [403, 403]
const NOT_FOUND = [404, '404']

const item = (order: number, pos = 1): never =>
  ({
    ref: [
      {
        id: 'S.Items',
        where: [
          { ref: ['up__ID'] },
          '=',
          { val: order },
          'and',
          { ref: ['pos'] },
          '=',
          { val: pos }
        ]
      }
    ]
  }) as never
/** A path from an order to what belongs to it. */
const below = (order: number, name: string): never =>
  ({ ref: [{ id: 'S.Orders', where: [{ ref: ['ID'] }, '=', { val: order }] }, name] }) as never
const run =
  (query: unknown): Write =>
  (tx) =>
    tx.run(query)
const act =
  (event: string, query: unknown): Write =>
  (tx) =>
    tx.send({ event, query })

describe('a part is changed under the restrictions of what it belongs to', () => {
  test.each<[string, string, Write, unknown]>([
    ['created', 'Plant', run(INSERT.into('S.Items').entries({ up__ID: 1, pos: 7 })), 200],
    [
      'created elsewhere',
      'Plant',
      run(INSERT.into('S.Items').entries({ up__ID: 2, pos: 7 })),
      RESTRICTED
    ],
    [
      'created for nobody',
      'Plant',
      run(INSERT.into('S.Items').entries({ up__ID: 99, pos: 7 })),
      RESTRICTED
    ],
    ['created anywhere', 'All', run(INSERT.into('S.Items').entries({ up__ID: 2, pos: 7 })), 200],
    [
      'created without a role',
      'Reader',
      run(INSERT.into('S.Items').entries({ up__ID: 1, pos: 7 })),
      BY_CAP
    ],
    ['changed', 'Plant', run(UPDATE.entity(item(1)).with({ text: 'x' })), 200],
    ['changed elsewhere', 'Plant', run(UPDATE.entity(item(2)).with({ text: 'x' })), NOT_FOUND],
    ['changed anywhere', 'All', run(UPDATE.entity(item(2)).with({ text: 'x' })), 200],
    [
      'changed by who may read only',
      'Reader',
      run(UPDATE.entity(item(1)).with({ text: 'x' })),
      BY_CAP
    ],
    ['deleted', 'Plant', run(DELETE.from(item(1))), 200],
    ['deleted elsewhere', 'Plant', run(DELETE.from(item(2))), NOT_FOUND],
    ['deleted by who may change only', 'Changer', run(DELETE.from(item(1))), BY_CAP],
    ['deleted by who may read only', 'Reader', run(DELETE.from(item(1))), BY_CAP],
    ['deleted that is not there', 'Plant', run(DELETE.from(item(9))), [404, expect.anything()]],
    ['acted on', 'Plant', act('mark', SELECT.one.from(item(1))), 200],
    ['acted on by who may see it', 'Reader', act('mark', SELECT.one.from(item(1))), 200],
    ['acted on elsewhere', 'Plant', act('mark', SELECT.one.from(item(2))), NOT_FOUND],
    ['acted on by nobody', 'Nobody', act('mark', SELECT.one.from(item(1))), RESTRICTED],
    ['of one part', 'Plant', run(UPDATE.entity(below(1, 'header')).with({ text: 'x' })), 200],
    [
      'of one part elsewhere',
      'Plant',
      run(UPDATE.entity(below(2, 'header')).with({ text: 'x' })),
      BY_CAP
    ],
    ['by a path', 'Plant', run(UPDATE.entity(below(1, 'items')).with({ text: 'x' })), 200],
    [
      'by a path elsewhere',
      'Plant',
      run(UPDATE.entity(below(2, 'items')).with({ text: 'x' })),
      expect.anything()
    ],
    [
      'with a condition',
      'Plant',
      run(UPDATE.entity('S.Items').with({ text: 'x' }).where({ up__ID: 1 })),
      200
    ],
    [
      'with a condition, elsewhere',
      'Plant',
      run(UPDATE.entity('S.Items').with({ text: 'x' }).where({ up__ID: 2 })),
      RESTRICTED
    ],
    [
      'some of which are elsewhere',
      'Plant',
      run(UPDATE.entity('S.Items').with({ text: 'x' }).where({ pos: 1 })),
      RESTRICTED
    ],
    [
      'deleted, some of which are elsewhere',
      'Plant',
      run(DELETE.from('S.Items').where({ pos: 1 })),
      RESTRICTED
    ],
    ['deleted with a condition', 'Plant', run(DELETE.from('S.Items').where({ up__ID: 1 })), 200]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(role, write)).toEqual(expected)
  })
})

describe('what is deleted with a record has restrictions of its own', () => {
  test.each<[string, number, string, unknown]>([
    ['all of it may be deleted', 1, 'Plant', 200],
    ['there is none of it', 5, 'Plant', 200],
    ['a part is of another plant', 3, 'Plant', RESTRICTED],
    ['a part of a part is of another plant', 4, 'Plant', RESTRICTED],
    ['the parts of parts need a role', 1, 'All', RESTRICTED],
    ['the parts may be deleted by a condition', 3, 'All', RESTRICTED],
    ['there is nothing below', 5, 'All', 200]
  ])('%s: %s, with role %s', async (_, ID, role, expected) => {
    expect(await outcome(role, run(DELETE.from(at('S.Orders', ID))))).toEqual(expected)
  })

  test('also with the role for what is below', async () => {
    const all = { roles: ['All', 'Marker'], attr: { plant: ['1010'] } }
    const remove = async (ID: number) => {
      const result = await served.as(all, run(DELETE.from(at('S.Orders', ID))))
      return ((result ?? {}) as Refused).code ?? 200
    }
    expect(await remove(1)).toBe(200)
    expect(await remove(4)).toBe(200)
    expect(await remove(3)).toBe('ERR_WRITE_RESTRICTED')
  })

  test('and so has what is deleted by a condition', async () => {
    const remove = (ID: number) => outcome('Plant', run(DELETE.from('S.Notes').where({ ID })))
    expect(await outcome('Plant', run(DELETE.from(at('S.Notes', 1))))).toBe(200)
    expect(await outcome('Plant', run(DELETE.from(at('S.Notes', 5))))).toEqual(RESTRICTED)
    expect(await remove(5)).toEqual([403, expect.anything()])
  })
})

describe('an action with restrictions of its own', () => {
  test.each<[string, string, Write, unknown]>([
    [
      'is for records of its condition',
      'Plant',
      act('close', SELECT.one.from(at('S.Notes', 1))),
      200
    ],
    [
      'is for records of the condition of its entity',
      'Plant',
      act('close', SELECT.one.from(at('S.Notes', 3))),
      200
    ],
    ['is for nobody else', 'Changer', act('close', SELECT.one.from(at('S.Notes', 1))), BY_CAP],
    [
      'on a collection needs a condition that can be true',
      'Plant',
      act('closeAll', SELECT.from('S.Notes')),
      200
    ],
    ['on a collection needs a role', 'Changer', act('closeAll', SELECT.from('S.Notes')), BY_CAP]
  ])('%s, with role %s', async (_, role, write, expected) => {
    expect(await outcome(role, write)).toEqual(expected)
  })

  test('is not found for a record that is not there', async () => {
    const result = await outcome('Plant', act('close', SELECT.one.from(at('S.Notes', 99))))
    expect((result as unknown[])[0]).toBe(404)
  })

  test('on a collection is refused to who has no value for its condition', async () => {
    const nobody = { roles: ['Plant'], attr: { plant: [] } }
    for (const [event, entity] of [
      ['closeAll', 'S.Notes'],
      ['sweep', 'S.Orders']
    ] as const) {
      const query = SELECT.from(entity)
      expect(await served.as(nobody, act(event, query))).toMatchObject({
        ...{ status: 403, code: 'ERR_WRITE_RESTRICTED' },
        message: 'The condition can not be true for you.'
      })
      expect(await outcome('Plant', act(event, query))).toBe(200)
    }
  })
})
