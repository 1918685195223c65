import cds from '@sap/cds'

import { printCondition } from '../../../../src/restrictions/condition/print.js'
import {
  count,
  distinctTexts,
  inTransaction,
  isOneOf,
  keyNames,
  keyOf,
  readRows,
  recordsAt,
  textOfKey
} from '../../../../src/restrictions/model/database.js'
import type { Model } from '../../../../src/restrictions/model/definition.js'
import { definitionIn, deployInMemory } from '../support/model.js'

const CDL = `
entity db.Names { key ID : Integer; name : String; place : String; }
entity db.Pairs { key a : Integer; key b : Integer; }
entity db.Linked { key name : Association to db.Names; key pos : Integer; }
entity db.Keyless { name : String; }
service S { @odata.draft.enabled entity Names as projection on db.Names; }`

const ROWS = [
  { ID: 1, name: 'a', place: 'x' },
  { ID: 2, name: 'a', place: 'x' },
  { ID: 3, name: 'b', place: null },
  { ID: 4, name: null, place: 'x' }
]
interface Transaction {
  tx(work: () => Promise<void>): Promise<void>
}

const transaction = () => (cds.context as { tx?: unknown } | undefined)?.tx

let definition: (name: string) => ReturnType<typeof definitionIn>
beforeAll(async () => {
  const csn = cds.compile(CDL) as unknown as object
  await deployInMemory(csn)
  const model = cds.compile.for.nodejs(csn) as unknown as Model
  definition = (name) => definitionIn(model, name)
  await INSERT.into('db.Names').entries(ROWS)
  await INSERT.into('db.Pairs').entries({ a: 1, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 1 })
})
afterAll(() => (cds.db as unknown as { disconnect(): Promise<void> }).disconnect())

test('records are counted by all conditions that there are', async () => {
  const named = { xpr: [{ ref: ['name'] }, '=', { val: 'a' }] }
  const first = { xpr: [{ ref: ['ID'] }, '=', { val: 1 }] }
  expect(await count(['db.Names'])).toBe(4)
  expect(await count(['db.Names'], undefined)).toBe(4)
  expect(await count(['db.Names'], named)).toBe(2)
  expect(await count(['db.Names'], undefined, named, first)).toBe(1)
})

test('rows are read by a condition, each once if that is wanted', async () => {
  const columns = [{ ref: ['place'] }]
  const where = [{ ref: ['name'] }, '=', { val: 'a' }]
  expect(await readRows(['db.Names'], columns)).toHaveLength(4)
  expect(await readRows(['db.Names'], columns, [])).toHaveLength(4)
  expect(await readRows(['db.Names'], columns, where)).toEqual([{ place: 'x' }, { place: 'x' }])
  expect(await readRows(['db.Names'], columns, where, { distinct: true })).toEqual([{ place: 'x' }])
})

test('texts are those of an element, or of what is calculated, without null', async () => {
  const name = { ref: ['name'] }
  const longer = [name, '||', { ref: ['place'] }]
  expect((await distinctTexts('db.Names', [name])).sort()).toEqual(['a', 'b'])
  expect(await distinctTexts('db.Names', longer)).toEqual(['ax'])
  expect((await distinctTexts('db.Names', [{ func: 'upper', args: [name] }])).sort()).toEqual([
    ...['A', 'B']
  ])
})

describe('work in a transaction', () => {
  const write = async () => {
    await cds.run(INSERT.into('db.Names').entries({ ID: 9 }))
    throw new Error('refused')
  }

  test('is taken back if it is refused, also without one around it', async () => {
    await expect(inTransaction({}, write)).rejects.toThrow('refused')
    expect(await count(['db.Names'])).toBe(4)
    await expect(inTransaction({}, () => Promise.resolve('done'))).resolves.toBe('done')
  })

  test('is done in the one that there is', async () => {
    await (cds as unknown as Transaction).tx(async () => {
      const around = transaction()
      await inTransaction({ user: 'x' }, () => {
        expect(around).toBeDefined()
        expect(transaction()).toBe(around)
        return Promise.resolve()
      })
    })
    expect.assertions(2)
  })
})

describe('keys', () => {
  test('are elements that identify a record, without those of drafts and associations', () => {
    expect(keyNames(definition('db.Pairs'))).toEqual(['a', 'b'])
    expect(keyNames(definition('S.Names'))).toEqual(['ID'])
    expect(keyNames(definition('db.Linked'))).toEqual(['name_ID', 'pos'])
    expect(keyNames(definition('db.Keyless'))).toEqual([])
  })

  test('are in the data if they are complete', () => {
    const pairs = definition('db.Pairs')
    expect(keyOf(pairs, { a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2 })
    expect(keyOf(pairs, { a: 0, b: '' })).toEqual({ a: 0, b: '' })
    for (const data of [{}, { a: 1 }, { b: 1 }, { a: 1, b: null }, { a: null, b: null }])
      expect(keyOf(pairs, data)).toBeUndefined()
    expect(keyOf(definition('db.Keyless'), { name: 'a' })).toBeUndefined()
  })

  test('are compared without the rest, by the values in their order', () => {
    const text = (key: object) => textOfKey(definition('db.Pairs'), key)
    expect(text({ b: 2, a: 1, c: 3 })).toBe(text({ a: 1, b: 2 }))
    expect(text({ a: 1, b: 2 })).not.toBe(text({ a: 2, b: 1 }))
    expect(text({ a: 1, b: 23 })).not.toBe(text({ a: 12, b: 3 }))
    expect(text({ a: 1, b: 2 })).not.toBe(text({ a: '1', b: 2 }))
  })

  test('are asked for as a list, or one by one if they have several elements', async () => {
    const text = (name: string, ...keys: object[]) =>
      printCondition([isOneOf(definition(name), keys as never)])
    expect(text('db.Names', { ID: 1 }, { ID: 2 })).toBe('(ID in (1, 2))')
    expect(text('db.Pairs', { a: 1, b: 2 })).toBe('(a = 1 and b = 2)')
    expect(text('db.Pairs', { a: 1, b: 2 }, { a: 2, b: 1 }, { a: 3, b: 3 })).toBe(
      '(((a = 1 and b = 2) or (a = 2 and b = 1)) or (a = 3 and b = 3))'
    )
    expect(text('db.Pairs')).toBe('(1 = 2)')
    const found = (...keys: object[]) => count([recordsAt(definition('db.Pairs'), keys as never)])
    expect(await found({ a: 1, b: 2 }, { a: 2, b: 1 }, { a: 9, b: 9 })).toBe(2)
    expect(await found()).toBe(0)
  })

  test('do not name any record where there are none', () => {
    const keyless = definition('db.Keyless')
    expect(printCondition([isOneOf(keyless, [{ name: 'a' }, { name: 'b' }])])).toBe('(1 = 2)')
  })
})
