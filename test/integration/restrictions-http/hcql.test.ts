import { isCap9 } from '../../support/cap-version.js'
import { alice, bob, SECRET, serveOrders, without } from './orders.js'
import type { Caller, ServedOverHttp } from './served-over-http.js'

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOrders()
})
afterAll(() => app.stop())

/** Sends a query for an answer in JSON, and for one that is a stream: both are refused in the same way. */
async function refusal(query: object, who = alice): Promise<unknown[]> {
  const [json, stream] = await Promise.all(
    ['application/json', 'application/octet-stream'].map((accept) =>
      app.send(who, 'POST', '../h', query, accept)
    )
  )
  expect(stream).toEqual(json)
  return [json?.status, JSON.stringify(json?.body)]
}

describe('queries in CQN', () => {
  const ask = (who: Caller, SELECT: object) => app.send(who, 'POST', '../h', { SELECT })
  const FORBIDDEN = [403, expect.anything()]
  const SECRETS = { from: { ref: ['db.Orders'] }, columns: [{ ref: ['title'] }] }
  const TARGET = { ref: ['S.Orders'] }
  const BY_SITE = [{ ref: ['site', 'name'] }, '=', { val: 'SECRET' }]
  const SITE = { id: 'site', where: [{ ref: ['name'] }, '=', { val: 'SECRET' }] }
  const OWN = [{ ref: ['ID'] }, '=', { val: 1 }]
  const ids = { columns: [{ ref: ['ID'] }], orderBy: [{ ref: ['ID'] }] }
  const from = (name: string) => ({ from: { ref: [name] } })
  const among = (SELECT: object) => ({
    ...from('S.Orders'),
    ...ids,
    where: [{ ref: ['ID'] }, 'in', { SELECT }]
  })

  test('columns with a path are restricted', async () => {
    const columns = [{ ref: ['ID'] }, { ref: ['site', 'name'], as: 'name' }]
    const { body } = await ask(alice, { ...from('S.Orders'), columns, orderBy: ids.orderBy })
    expect(JSON.stringify(body)).toContain('[{"ID":1,"name":"one"},{"ID":3,"name":null}]')
  })

  test.each<[string, object]>([
    ['of a restricted entity', { ...from('S.Notes'), columns: [{ ref: ['order_ID'] }] }],
    ['of one that is not served', { ...from('db.Orders'), columns: [{ ref: ['ID'] }] }],
    ['of parts of a restricted one', { ...from('S.Lines'), columns: [{ ref: ['up__ID'] }] }],
    ['by a path', { from: { ref: ['S.Open', 'order'] }, columns: [{ ref: ['ID'] }] }]
  ])('a subquery %s is refused', async (_, SELECT) => {
    expect(await refusal({ SELECT: among(SELECT) })).toEqual(FORBIDDEN)
  })

  test('a filter of what is selected is restricted', async () => {
    const where = [{ ref: ['site', 'name'] }, '=', { val: 'SECRET' }]
    const { body } = await ask(alice, { from: { ref: [{ id: 'S.Orders', where }] }, ...ids })
    expect(body).toEqual({ data: [] })
  })

  test.each<[string, object]>([
    ['values', { UPDATE: { entity: TARGET, where: OWN, with: { title: { SELECT: SECRETS } } } }],
    [
      'a path',
      { UPDATE: { entity: TARGET, where: OWN, with: { title: { ref: ['site', 'name'] } } } }
    ],
    ['a condition', { DELETE: { from: TARGET, where: ['exists', { SELECT: SECRETS }] } }],
    ['a query', { INSERT: { into: TARGET, as: { SELECT: SECRETS } } }],
    ['what it is from', { UPSERT: { into: TARGET, from: { SELECT: SECRETS } } }],
    ['a filter', { DELETE: { from: { ref: [{ id: 'S.Orders', where: BY_SITE }] } } }],
    ['the existence', { DELETE: { from: TARGET, where: ['exists', { ref: [SITE] }] } }],
    ['a path', { UPDATE: { entity: { ref: ['S.Orders', 'notes'] }, data: { text: 'x' } } }]
  ])('a write with %s of other records is refused', async (_, query) => {
    expect(await refusal(query)).toEqual([
      403,
      expect.stringContaining('A write that depends on other records.')
    ])
  })

  test('a path of the query around it to a restricted entity is refused in a subquery', async () => {
    const subquery = (...ref: string[]) => ({
      ...from('S.Open'),
      columns: [{ ref: ['ID'] }],
      where: [{ ref }, '=', { val: 'SECRET' }]
    })
    for (const path of [['o'], ['$main']]) {
      const where = ['exists', { SELECT: subquery(...path, 'order', 'title') }]
      const query = { from: { ref: ['S.Open'], as: 'o' }, ...ids, where }
      expect(await refusal({ SELECT: query })).toEqual(FORBIDDEN)
    }
    const own = ['exists', { SELECT: subquery('o', 'name') }]
    const query = { from: { ref: ['S.Open'], as: 'o' }, ...ids, where: own }
    expect((await ask(alice, query)).status).toBe(200)
  })

  test('a request in the place of a query is refused', async () => {
    const query = { SELECT: { ...from('S.Open'), ...ids } }
    const request = { event: 'READ', query, _subject: { ref: ['S.Open'] } }
    expect(await refusal(request)).toEqual([isCap9 ? 500 : 400, expect.anything()])
    expect((await ask(alice, query.SELECT)).status).toBe(200)
  })

  test('what is streamed is restricted as well', async () => {
    const stream = (query: object) =>
      app.send(alice, 'POST', '../h', { SELECT: query }, 'application/octet-stream')
    const { status, body } = await stream({ ...from('S.Orders'), columns: [{ ref: ['title'] }] })
    expect([status, body]).toEqual([200, expect.stringContaining('own')])
    expect(body).not.toMatch(SECRET)
  })

  test('another subquery is not', async () => {
    const { status, body } = await ask(
      alice,
      among({ ...from('S.Open'), columns: [{ ref: ['order_ID'] }] })
    )
    expect(status).toBe(200)
    expect(JSON.stringify(body)).toContain('[{"ID":1}]')
  })
})

describe('a query with names of its own shows a client what he may read', () => {
  const ask = async (who: Caller, SELECT: object) => {
    const { status, body } = await app.send(who, 'POST', '../h', { SELECT })
    return { status, text: JSON.stringify(body), data: (body as { data?: unknown }).data }
  }
  const as = (entity: string, name: string) => ({ from: { ref: [entity], as: name } })
  const name = (...ref: (string | object)[]) => ({ ref, as: 'name' })

  test.each<[string, object, unknown]>([
    [
      'a path that begins with the name',
      { ...as('S.Orders', 'o'), columns: [{ ref: ['o', 'ID'] }, name('o', 'site', 'name')] },
      [
        { ID: 1, name: 'one' },
        { ID: 3, name: null }
      ]
    ],
    [
      'a name that is also that of an association',
      { ...as('S.Open', 'order'), columns: [name('order', 'order', 'title')] },
      [{ name: 'own' }, { name: null }]
    ],
    [
      'a query of a query',
      {
        from: {
          SELECT: { ...as('S.Open', 'o'), columns: [{ ref: ['ID'] }, name('o', 'order', 'title')] },
          as: 'x'
        },
        columns: [{ ref: ['x', 'ID'] }, { ref: ['x', 'name'] }]
      },
      [
        { ID: 1, name: 'own' },
        { ID: 2, name: null }
      ]
    ],
    [
      'a condition',
      {
        ...as('S.Open', 'o'),
        columns: [{ ref: ['ID'] }],
        where: [{ ref: ['o', 'order', 'title'] }, 'like', { val: 'S%' }]
      },
      []
    ],
    [
      'a filter of a path to a key',
      {
        ...as('S.Open', 'o'),
        columns: [
          name('o', { id: 'order', where: [{ ref: ['title'] }, 'like', { val: 'S%' }] }, 'ID')
        ]
      },
      [{ name: null }, { name: null }]
    ],
    [
      'groups',
      {
        ...as('S.Open', 'o'),
        columns: [name('o', 'order', 'title'), { func: 'count', args: ['*'], as: 'n' }],
        groupBy: [{ ref: ['o', 'order', 'title'] }],
        having: [{ func: 'max', args: [{ ref: ['o', 'order', 'plant'] }] }, 'is', 'not', 'null']
      },
      [{ name: 'own', n: 1 }]
    ]
  ])('in %s', async (_, query, expected) => {
    const { data, text } = await ask(alice, query)
    expect(data).toEqual(expected)
    expect(text).not.toMatch(SECRET)
    expect((await ask(bob, query)).status).toBe(200)
    expect((await ask(without, query)).text).not.toMatch(/own|SECRET/)
  })
})

describe('a query with words that are none of CQN is refused', () => {
  const from = { ref: ['S.Open'] }
  const max = { func: 'max', args: [{ ref: ['ID'] }] }
  const query = (clauses: object) => ({ SELECT: { from, columns: [{ ref: ['ID'] }], ...clauses } })
  const column = (one: object) => query({ columns: [{ ...one, as: 'x' }] })
  const SQL = '(select title from db_Orders)'

  test.each<[string, object]>([
    ['a column', column({ xpr: [SQL] })],
    ['a function', column({ func: 'pg_read_file', args: [{ val: 'x' }] })],
    ['the name of a function', column({ func: `abs(${SQL}), max`, args: [{ ref: ['ID'] }] })],
    ['a text that is counted', column({ func: 'count', args: [{ val: SQL }] })],
    ['a list that is counted', column({ func: 'count', args: [{ val: [`1) || ${SQL} || (1`] }] })],
    ['an argument of any name', column({ func: 'count', args: { val: { xpr: [SQL] } } })],
    ['a type', column({ ref: ['ID'], cast: { _type: `text) || ${SQL} || (1` } })],
    [
      'a length',
      column({ ref: ['ID'], cast: { type: 'cds.String', length: `1)) || ${SQL} || ((1` } })
    ],
    ['a window', column({ ...max, xpr: ['over', { xpr: [SQL] }] })],
    ['a parameter', column({ ref: [`x || ${SQL}`], param: true })],
    ['what counts as a parameter', column({ ref: [`x is null or ${SQL}`], param: 1 })],
    ['a condition', query({ where: [{ val: 1 }, '=', { val: 1 }, `and ${SQL} is not null`] })],
    ['a list', query({ where: [{ ref: ['ID'] }, 'in', { list: [{ xpr: [SQL] }] }] })],
    ['an order', query({ orderBy: [{ xpr: [SQL] }] })],
    ['a query of a query', { SELECT: { from: { ...column({ xpr: [SQL] }), as: 'y' } } }],
    ['a hint', query({ hints: [SQL] })],
    ['a lock', query({ forUpdate: { wait: SQL } })],
    ['an attribute of the user', column({ ref: ['$user', `x') || ${SQL} || ('`] })],
    ['a segment that is no text', column({ ref: [['order']], expand: ['*'] })],
    ['a name that is no text', { SELECT: { from: { ...from, as: [SQL] }, columns: ['*'] } }],
    ['a clause of a segment', { SELECT: { from: { ref: [{ id: 'S.Open', having: [max] }] } } }],
    [
      'an expression that is two',
      query({ where: [{ ref: ['p'], param: true, xpr: ['(', max, ')'] }] })
    ],
    ['what is written from', { INSERT: { into: from, from: column({ xpr: [SQL] }) } }],
    ['a value', { UPDATE: { entity: from, with: { name: { xpr: [SQL] } } } }],
    ['a deletion', { DELETE: { from, where: [SQL] } }]
  ])('in %s', async (_, query) => {
    expect(await refusal(query)).toEqual([
      403,
      expect.stringContaining('The query has a word that is none of CQN.')
    ])
  })

  test('but not with those of CQN, whatever texts it has', async () => {
    const when = ['case', 'when', { ref: ['ID'] }, 'is not', 'null', 'then', { val: SQL }, 'end']
    const columns = [
      { xpr: when, as: 'x' },
      { ...max, xpr: ['over', { xpr: ['partition by', { ref: ['ID'] }] }], as: 'y' },
      { ref: ['ID'], cast: { type: 'cds.String', length: 10 }, as: 'z' }
    ]
    const { status, body } = await app.send(alice, 'POST', '../h', query({ columns }))
    expect([status, body]).toEqual([
      200,
      {
        data: [
          { x: SQL, y: 1, z: '1' },
          { x: SQL, y: 2, z: '2' }
        ]
      }
    ])
    const name = { name: SQL }
    const update = {
      UPDATE: { entity: from, data: name, where: [{ ref: ['ID'] }, '=', { val: 2 }] }
    }
    expect((await app.send(alice, 'POST', '../h', update)).status).toBe(200)
  })
})
