import { readByOwnKey } from '../../../../src/restrictions/read/remote-path.js'
import { definitionIn, modelOf } from '../support/model.js'
import { requestOf } from '../support/request.js'

const model = modelOf(`
service Far @(cds.external) { @cds.persistence.skip entity Rows { key ID : Integer; key part : String; plant : String } }
service S {
  @restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }]
  entity Rows as projection on Far.Rows;
  entity Open { key ID : Integer; code : Integer; kind : String; row : Association to Rows;
    other : Association to Rows on other.ID = code and other.part = kind;
    near : Association to Rows on near.ID > code;
    rows : Association to many Rows on rows.ID = code; };
}`)
const open = definitionIn(model, 'S.Open')
const key = { id: 'S.Open', where: [{ ref: ['ID'] }, '=', { val: 1 }] }
const PLANT = [{ ref: ['plant'] }, '=', { val: '1010' }]

interface Options {
  readonly source?: typeof open | undefined
  readonly from?: object
  readonly where?: unknown
}

/** Reads what a path leads to; results in the query for it, and in those that looked for the key. */
async function read(
  last: unknown,
  record: object | null,
  { source, from = {}, where }: Options = { source: open }
) {
  const path = [key, last] as never[]
  const asked: unknown[] = []
  const query = { SELECT: { from: { ref: path, ...from }, ...(where !== undefined && { where }) } }
  const request = requestOf(['Plant'], { query })
  const run = (each: unknown) => {
    asked.push((each as { SELECT: { from: { ref: unknown }; one: boolean } }).SELECT)
    return Promise.resolve(record)
  }
  await readByOwnKey({ run }, request, path, source)
  return { asked, query, select: request.query?.SELECT, isSame: Object.is(request.query, query) }
}

const found = (ID: unknown, part: unknown) => [
  ...[{ ref: ['ID'] }, '=', { val: ID }, 'and'],
  ...[{ ref: ['part'] }, '=', { val: part }]
]

describe('the record at the end of a path', () => {
  test('is read by the key that the record before it has', async () => {
    const { select, asked } = await read('row', { row_ID: 7, row_part: 'p' })
    expect(select?.from).toEqual({ ref: ['S.Rows'] })
    expect(select?.where).toEqual(found(7, 'p'))
    expect(asked).toEqual([expect.objectContaining({ from: { ref: [key] }, one: true })])
  })

  test('is read by what its association compares', async () => {
    const { select } = await read('other', { code: 7, kind: 'p' })
    expect(select?.where).toEqual(found(7, 'p'))
  })

  test('still fulfils the conditions of the query', async () => {
    const record = { row_ID: 7, row_part: 'p' }
    const { select, query } = await read('row', record, {
      source: open,
      where: PLANT,
      from: { as: 'r' }
    })
    expect(select?.where).toEqual([...found(7, 'p'), 'and', { xpr: PLANT }])
    expect(select?.from).toEqual({ ref: ['S.Rows'], as: 'r' })
    expect(query.SELECT.where).toEqual(PLANT)
    expect((await read('row', record, { source: open, where: [] })).select?.where).toEqual(
      found(7, 'p')
    )
  })

  test('is none without the record before it, or without its key', async () => {
    for (const record of [null, {}, { row_ID: null }])
      expect((await read('row', record)).select?.where).toEqual(found(null, null))
  })

  test('is refused without a key that could be compared', async () => {
    await expect(read('near', { code: 7 })).rejects.toMatchObject({
      ...{ status: 403, code: 'ERR_RESTRICTION_UNCHECKED' },
      message: 'One record of a remote service, behind a path without its key.'
    })
  })
})

describe('a path stays as it is', () => {
  const record = { row_ID: 7, row_part: 'p', code: 7, kind: 'p' }

  test.each<[string, unknown]>([
    ['to many records', 'rows'],
    ['to a record that is named', { id: 'row', where: [{ ref: ['ID'] }, '=', { val: 7 }] }],
    ['to an element', 'code'],
    ['to nothing', 'none']
  ])('%s', async (_, last) => {
    const { isSame, asked } = await read(last, record)
    expect([isSame, asked]).toEqual([true, []])
  })

  test('from nothing that is known', async () => {
    const { isSame, asked } = await read('row', record, { source: undefined })
    expect([isSame, asked]).toEqual([true, []])
    const bare = { name: 'S.Bare', kind: 'entity' }
    expect((await read('row', record, { source: bare })).isSame).toBe(true)
  })

  test('in a query of another path', async () => {
    expect((await read('row', record, { source: open, from: { ref: ['S.Rows'] } })).isSame).toBe(
      true
    )
    expect((await read('row', record, { source: open, from: { ref: undefined } })).isSame).toBe(
      true
    )
    const request = requestOf(['Plant'], { query: { SELECT: {} } })
    const { query } = request
    await readByOwnKey({ run: () => Promise.resolve(record) }, request, [key, 'row'], open)
    expect(request.query).toBe(query)
  })
})
