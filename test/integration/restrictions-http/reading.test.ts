import { alice, auditor, bob, forester, SECRET, serveOrders, without } from './orders.js'
import type { Caller, ServedOverHttp } from './served-over-http.js'

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOrders()
})
afterAll(() => app.stop())

const get = (who: Caller, path: string) => app.send(who, 'GET', encodeURI(path))

/** What is read, without the data of OData about it. */
async function read(who: Caller, path: string): Promise<unknown> {
  const { status, body } = await get(who, path)
  if (status !== 200) return status
  const { value, ...record } = body as { value?: unknown }
  return value ?? record
}

describe('nothing of another plant is read by a path', () => {
  test.each<[string, number]>([
    ['Orders(2)', 404],
    ['Orders(2)/title', 404],
    ['Orders(2)/title/$value', 404],
    ['Orders(2)/media', 404],
    ['Orders(2)/tags', 404],
    ['Orders(2)/texts', 404],
    ['Orders(2)/localized', 404],
    ['Orders(2)/lines', 404],
    ['Orders(2)/lines(up__ID=2,pos=1)/parts', 404],
    ['Orders(2)/notes', 404],
    ['Orders(2)/site', 404],
    ['Orders(2)/site/rooms', 404],
    ['Lines(up__ID=2,pos=1)', 404],
    ['Lines(up__ID=2,pos=1)/up_', 404],
    ['Lines(up__ID=2,pos=1)/parts', 404],
    ['Notes(2)', 404],
    ['Notes(2)/order/lines', 404],
    // from a hidden record to one that is not, and the other way round
    ['Notes(3)/order', 404],
    ['Sites(2)/orders', 404],
    ['Orders(3)/site/orders', 404],
    ['Orders(3)/site', 204],
    ['Orders(3)/site/name', 204],
    ['Orders(3)/notes(3)', 404],
    ['Renamed(2)', 404]
  ])('%s', async (path, status) => {
    const answer = await get(alice, path)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).not.toMatch(SECRET)
    expect((await get(bob, path)).status).toBeLessThan(status === 204 ? 204 : 205)
  })

  test.each([
    ['Orders/$count', '2'],
    ['Orders(2)/lines/$count', '0'],
    ['Lines/$count', '1'],
    ['Orders(3)/notes/$count', '0'],
    ['Notes/$count', '1']
  ])('%s is %s', async (path, number) => {
    expect((await get(alice, path)).body).toBe(number)
  })
})

describe('a query is answered as if there were no records of another plant', () => {
  const orders = (...ids: number[]) => ids.map((ID) => expect.objectContaining({ ID }) as unknown)
  const line = { up__ID: 1, pos: 1, text: 'own' }

  test.each<[string, unknown]>([
    ['Lines', [line]],
    ['Lines?$expand=parts', [expect.objectContaining({ ...line, parts: [expect.anything()] })]],
    ['Lines?$expand=up_($expand=site,notes)', [expect.objectContaining(line)]],
    ['Orders?$expand=*', orders(1, 3)],
    ['Orders?$expand=site($expand=orders($expand=notes))', orders(1, 3)],
    ['Orders?$expand=lines($expand=up_($expand=notes))', orders(1, 3)],
    ['Sites?$expand=orders', [expect.objectContaining({ orders: orders(1) })]],
    ['Open?$expand=order', [expect.anything(), { ID: 2, name: null, order_ID: 2, order: null }]],
    ["Orders?$filter=site/name eq 'SECRET'", []],
    ["Orders?$filter=startswith(site/name,'S')", []],
    ['Orders?$filter=site/name eq null', orders(3)],
    ['Orders?$filter=site/ID eq 2', orders(3)],
    ["Orders?$filter=notes/any(n:n/text eq 'SECRET')", []],
    ['Orders?$filter=notes/any()', orders(1)],
    ["Orders?$filter=notes/all(n:n/text eq 'own')", orders(1, 3)],
    ["Orders?$filter=site/orders/any(o:o/title eq 'SECRET')", []],
    ["Lines?$filter=up_/site/name eq 'SECRET'", []],
    ["Open?$filter=order/title eq 'SECRET'", []],
    ["Open?$filter=order/lines/any(l:l/text eq 'SECRET')", []],
    ["Open?$filter=order/site/name eq 'one'", orders(1)],
    ["Sites?$expand=orders($filter=notes/any(n:n/text eq 'own'))", orders(1)],
    ['Orders?$orderby=site/name desc', orders(1, 3)],
    // a path that begins with the name of the one that has led here
    [
      "Nodes(6)/parent/children?$filter=parent/name eq 'leaf'",
      [expect.objectContaining({ ID: 6 })]
    ],
    ["Nodes(6)/parent?$filter=parent/name eq 'SECRET'", 204],
    ['Orders?$search=SECRET', []],
    ['Orders?$apply=groupby((plant),aggregate($count as n))', [{ plant: '1010', n: 2 }]],
    ['Orders?$apply=aggregate($count as n)', [{ n: 2 }]],
    ['Orders?$apply=groupby((site/name))', [{ site: { name: null } }, { site: { name: 'one' } }]],
    [
      'Orders?$apply=filter(ID gt 0)/groupby((site/plant),aggregate(ID with max as m))',
      [
        { site: { plant: null }, m: 3 },
        { site: { plant: '1010' }, m: 1 }
      ]
    ],
    ['Orders?$apply=concat(groupby((plant)),aggregate($count as n))', [{ plant: '1010' }, { n: 2 }]]
  ])('%s', async (path, expected) => {
    const answer = await read(alice, path)
    expect(answer).toEqual(expected)
    expect(JSON.stringify(answer)).not.toMatch(SECRET)
  })

  test('also in a batch, next to requests of the same kind', async () => {
    const requests = ['Lines', 'Lines', "Orders?$filter=site/name eq 'SECRET'"].map((url, id) => ({
      id: String(id),
      method: 'GET',
      url: encodeURI(`/${url}`)
    }))
    const { body } = await app.send(alice, 'POST', '$batch', { requests })
    const { responses } = body as { responses: { body: { value: unknown[] } }[] }
    expect(responses.map(({ body }) => body.value)).toEqual([[line], [line], []])
  })

  test('and who has a value for both, or none, sees both, or nothing', async () => {
    const hidden = "Orders?$filter=site/name eq 'SECRET'"
    expect(await read(bob, hidden)).toEqual(orders(2, 3))
    expect(await read(bob, 'Lines')).toHaveLength(2)
    expect(await read(without, 'Lines')).toEqual([])
  })
})

describe('a path to an entity that the user has no role for', () => {
  test.each([
    'Orders?$expand=notes',
    'Orders?$expand=lines($expand=up_($expand=site))',
    "Orders?$filter=site/name eq 'x'",
    'Orders?$orderby=site/name',
    'Orders?$apply=groupby((site/name))',
    "Orders?$filter=notes/any(n:n/text eq 'x')"
  ])('%s is refused', async (path) => {
    const { status, body } = await get(auditor, path)
    expect(status).toBe(403)
    expect(body).toMatchObject({ error: { code: 'ERR_EXPAND_RESTRICTED' } })
  })

  test('what is on the way is not for him either', async () => {
    expect((await get(auditor, 'Sites(1)/orders')).status).toBe(403)
    expect((await get(auditor, 'Orders(2)/lines')).status).toBe(200)
  })
})

describe('a path through a record that is not in the database', () => {
  test('leads on if the service lets the user read it', async () => {
    expect(await read(alice, 'Elsewhere(1)/orders')).toEqual([expect.objectContaining({ ID: 1 })])
    expect(await read(alice, 'Elsewhere(2)/orders')).toBe(404)
    expect(await read(without, 'Elsewhere(1)/orders')).toBe(404)
    expect(await read(auditor, 'Elsewhere(1)/orders')).toBe(403)
  })

  test('and nothing can be filtered there', async () => {
    for (const query of ['$expand=orders', "$filter=orders/any(o:o/title eq 'SECRET')"]) {
      const { status, body } = await get(alice, `Elsewhere?${query}`)
      expect(status).toBe(403)
      expect(body).toMatchObject({ error: { code: 'ERR_EXPAND_RESTRICTED' } })
    }
  })
})

describe('a hierarchy', () => {
  const steps = [
    "com.sap.vocabularies.Hierarchy.v1.TopLevels(HierarchyNodes=$root/Nodes,HierarchyQualifier='Nodes',NodeProperty='ID',Levels=5)",
    'descendants($root/Nodes,Nodes,ID,filter(ID eq 1),1)',
    'ancestors($root/Nodes,Nodes,ID,search("leaf"),keep start)/' +
      "com.sap.vocabularies.Hierarchy.v1.TopLevels(HierarchyNodes=$root/Nodes,HierarchyQualifier='Nodes',NodeProperty='ID',Levels=1)"
  ]

  test.each(steps)('%s: refused where a condition applies', async (apply) => {
    const path = `Nodes?$apply=${apply}&$select=ID,name,DrillState`
    const { status, body } = await get(alice, path)
    expect([status, body]).toEqual([
      403,
      { error: expect.objectContaining({ code: 'ERR_RESTRICTION_UNCHECKED' }) as unknown }
    ])
    expect((await get(forester, path)).status).toBe(200)
  })
})
