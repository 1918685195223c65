import { compareDeep, readableColumns } from '../../../../src/restrictions/write/compare-deep.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`
service S {
  entity Orders { key ID : Integer; title : String; media : LargeBinary; at { place : String; };
    virtual shown : String; calculated : String = title || '!'; site : Association to Sites;
    items : Composition of many { key pos : Integer; text : String; parts : Composition of many { key no : Integer; text : String; }; };
    notes : Composition of many Notes on notes.order = $self;
    header : Composition of one Headers; }
  entity Notes { key ID : Integer; order : Association to Orders; text : String; }
  entity Headers { key ID : Integer; text : String; }
  entity Sites { key ID : Integer; }
}`)
const orders = definitionIn(model, 'S.Orders')

/** What a write does, by path: "+" something new, and the keys that are changed, deleted and kept. */
function compared(data: object | object[], stored: object[]) {
  const levels = compareDeep(orders, [data].flat(), stored as never)
  return Object.fromEntries(
    levels.map(({ path, entity, created, changed, deleted, kept }) => {
      expect(entity).toBeDefined()
      return [path.join('/'), { ...(created && { created }), changed, deleted, kept }]
    })
  )
}
const item = (pos: number, more: object = {}) => ({ up__ID: 1, pos, ...more })

describe('what is read of the records that are changed', () => {
  const names = (columns: Readonly<ReturnType<typeof readableColumns>>): unknown[] =>
    columns.map(({ ref: [name], expand }) => (expand ? [name, ...names(expand)] : name))

  test('are their keys, and what can be compared', () => {
    const data = {
      ...{ title: 'x', media: 'x', at_place: 'y', shown: 'x', calculated: 'x', site: { ID: 1 } },
      ...{ site_ID: 1, IsActiveEntity: true, HasDraftEntity: false, unknown: 1 }
    }
    expect(names(readableColumns(orders, [data]))).toEqual(['ID', 'title', 'at_place', 'site_ID'])
    expect(names(readableColumns(orders, [{ title: 'x' }, { site_ID: 1 }]))).toEqual([
      ...['ID', 'title', 'site_ID']
    ])
    expect(names(readableColumns(orders, []))).toEqual(['ID'])
  })

  test('and the same of what is below them, as far as it is written', () => {
    const data = {
      items: [{ pos: 1, parts: [{ no: 1, text: 'x' }] }, { text: 'x' }],
      header: { text: 'x' }
    }
    expect(names(readableColumns(orders, [data]))).toEqual([
      'ID',
      ['items', 'up__ID', 'pos', 'text', ['parts', 'up__up__ID', 'up__pos', 'no', 'text']],
      ['header', 'ID', 'text']
    ])
    expect(names(readableColumns(orders, [{ items: [] }, { notes: null }]))).toEqual([
      'ID',
      ['items', 'up__ID', 'pos'],
      ['notes', 'ID']
    ])
  })
})

describe('a list of parts', () => {
  const stored = [{ ID: 1, items: [item(1, { text: 'a' }), item(2, { text: 'b' })] }]
  const [one, two] = [item(1), item(2)]

  test.each<[string, unknown, object]>([
    [
      'that is the same',
      [{ pos: 1, text: 'a' }, { pos: 2 }],
      { changed: [], deleted: [], kept: [one, two] }
    ],
    [
      'with another text',
      [{ pos: 1, text: 'x' }, { pos: 2 }],
      { changed: [one], deleted: [], kept: [one, two] }
    ],
    ['without one', [{ pos: 2, text: 'b' }], { changed: [], deleted: [one], kept: [two] }],
    [
      'with a new one',
      [{ pos: 1 }, { pos: 2 }, { pos: 3 }],
      { created: true, changed: [], deleted: [], kept: [one, two] }
    ],
    ['of none', [], { changed: [], deleted: [one, two], kept: [] }],
    ['that is null', null, { changed: [], deleted: [one, two], kept: [] }],
    ['of no objects', [1, 'x'], { changed: [], deleted: [one, two], kept: [] }],
    [
      'with the key of the record',
      [item(1), item(2)],
      { changed: [], deleted: [], kept: [one, two] }
    ],
    [
      'with null for the key of the record',
      [{ pos: 1, up__ID: null }, { pos: 2 }],
      { changed: [], deleted: [], kept: [one, two] }
    ],
    [
      'with a text that is not there',
      [{ pos: 1, text: undefined }, { pos: 2 }],
      { changed: [], deleted: [], kept: [one, two] }
    ],
    [
      'with null for a text',
      [{ pos: 1, text: null }, { pos: 2 }],
      { changed: [one], deleted: [], kept: [one, two] }
    ],
    [
      'with an element that can not be compared',
      [{ pos: 1, unknown: 1 }, { pos: 2 }],
      { changed: [one], deleted: [], kept: [one, two] }
    ],
    [
      'with what drafts have',
      [{ pos: 1, IsActiveEntity: true, DraftAdministrativeData_DraftUUID: 'x' }, { pos: 2 }],
      { changed: [], deleted: [], kept: [one, two] }
    ]
  ])('%s', (_, items, expected) => {
    expect(compared({ ID: 1, items }, stored)).toEqual({ items: expected })
  })

  test('that is not in the data is not looked at', () => {
    expect(compared({ ID: 1, title: 'x' }, [{ ID: 1 }])).toEqual({})
    expect(compared({ ID: 1, items: undefined }, [{ ID: 1 }])).toEqual({})
  })

  test('of a new record is new', () => {
    expect(compared({ ID: 9, items: [{ pos: 1 }] }, [])).toEqual({
      items: { created: true, changed: [], deleted: [], kept: [] }
    })
    expect(compared({ ID: 9, items: [] }, [])).toEqual({
      items: { changed: [], deleted: [], kept: [] }
    })
  })
})

test('null in the database is what is not there', () => {
  const stored = [{ ID: 1, items: [item(1, { text: null })] }]
  expect(compared({ ID: 1, items: [{ pos: 1, text: null }] }, stored).items).toMatchObject({
    changed: []
  })
})

test('one part is compared like a list of one', () => {
  const stored = [{ ID: 1, header: { ID: 7, text: 'a' } }]
  const header = (value: unknown) => compared({ ID: 1, header: value }, stored).header
  expect(header({ ID: 7, text: 'a' })).toEqual({ changed: [], deleted: [], kept: [{ ID: 7 }] })
  expect(header({ ID: 7, text: 'b' })).toEqual({
    changed: [{ ID: 7 }],
    deleted: [],
    kept: [{ ID: 7 }]
  })
  expect(header({ ID: 8 })).toEqual({ created: true, changed: [], deleted: [{ ID: 7 }], kept: [] })
  expect(header(null)).toEqual({ changed: [], deleted: [{ ID: 7 }], kept: [] })
})

test('parts of parts belong to the part that they are below', () => {
  const part = (no: number, text = 'a') => ({ up__up__ID: 1, up__pos: 1, no, text })
  const stored = [
    { ID: 1, items: [item(1, { parts: [part(1), part(2)] }), item(2, { parts: [] })] }
  ]
  const items = [
    { pos: 1, parts: [{ no: 1, text: 'x' }] },
    { pos: 2, parts: [{ no: 2 }] }
  ]
  const key = (no: number) => ({ up__up__ID: 1, up__pos: 1, no })
  expect(compared({ ID: 1, items }, stored)).toEqual({
    items: { changed: [], deleted: [], kept: [item(1), item(2)] },
    'items/parts': { created: true, changed: [key(1)], deleted: [key(2)], kept: [key(1)] }
  })
})

test('parts of a part whose data does not mention them are kept', () => {
  const part = (pos: number, no: number) => ({ up__up__ID: 1, up__pos: pos, no })
  const stored = [
    {
      ID: 1,
      items: [item(1, { parts: [part(1, 1)] }), item(2, { parts: [part(2, 1), part(2, 2)] })]
    }
  ]
  expect(compared({ ID: 1, items: [{ pos: 1, parts: [{ no: 1 }] }, { pos: 2 }] }, stored)).toEqual({
    items: { changed: [], deleted: [], kept: [item(1), item(2)] },
    'items/parts': { changed: [], deleted: [], kept: [part(1, 1), part(2, 1), part(2, 2)] }
  })
  expect(
    compared([{ ID: 1 }, { ID: 2, items: [{ pos: 1, parts: [{ no: 7 }] }] }], stored)
  ).toMatchObject({
    items: { created: true, kept: [item(1), item(2)] },
    'items/parts': { created: true, kept: [part(1, 1), part(2, 1), part(2, 2)] }
  })
})

test('parts that lead back to their record are found by the rest of their key', () => {
  const stored = [{ ID: 1, notes: [{ ID: 5, order_ID: 1, text: 'a' }] }]
  expect(compared({ ID: 1, notes: [{ ID: 5, text: 'a', order_ID: 1 }] }, stored).notes).toEqual({
    ...{ changed: [], deleted: [], kept: [{ ID: 5 }] }
  })
  expect(compared({ ID: 1, notes: [{ ID: 5, order_ID: null }] }, stored).notes).toMatchObject({
    changed: []
  })
})

describe('several records', () => {
  const stored = [
    { ID: 1, items: [item(1)] },
    { ID: 2, items: [{ up__ID: 2, pos: 1 }] }
  ]

  test('are compared with what has the same key', () => {
    const data = [
      { ID: 1, items: [{ pos: 1 }] },
      { ID: 2, items: [] },
      { ID: 3, items: [] }
    ]
    expect(compared(data, stored)).toEqual({
      items: { changed: [], deleted: [{ up__ID: 2, pos: 1 }], kept: [item(1)] }
    })
  })

  test('that get the same data are compared with it each', () => {
    expect(compared({ items: [{ pos: 1 }, { pos: 2 }] }, stored)).toEqual({
      items: { created: true, changed: [], deleted: [], kept: [item(1), { up__ID: 2, pos: 1 }] }
    })
  })
})
