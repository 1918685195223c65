import cds from '@sap/cds'

import { alice, bob, serveOrders, without } from './orders.js'
import type { Caller, ServedOverHttp } from './served-over-http.js'

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOrders()
})
afterAll(() => app.stop())

const TABLES = ['Orders', 'Orders.lines', 'Orders.lines.parts', 'Notes', 'Sites', 'Nodes']

/** All that there is, but media: those come as streams. */
async function stored(): Promise<unknown[]> {
  const tables: unknown[] = []
  for (const name of TABLES) {
    const { elements } = (cds.model as unknown as Linked).definitions[`db.${name}`] ?? {}
    const columns = Object.keys(elements ?? {}).filter((element) => {
      const { type, _target } = elements?.[element] ?? {}
      return !_target && type !== 'cds.LargeBinary'
    })
    tables.push(await cds.run(SELECT.from(`db.${name}`).columns(...(columns as []))))
  }
  return tables
}

interface Linked {
  definitions: Record<string, { elements: Record<string, { type?: string; _target?: object }> }>
}

describe('a record of another plant is not written', () => {
  test.each<[string, string, object?]>([
    ['PATCH', 'Orders(2)', { title: 'x' }],
    ['PUT', 'Orders(2)', { plant: '1010' }],
    ['PUT', 'Orders(2)/title', { value: 'x' }],
    ['PUT', 'Orders(2)/media', { value: 'x' }],
    ['DELETE', 'Orders(2)'],
    ['DELETE', 'Orders(2)/title'],
    ['POST', 'Orders(2)/S.close', {}],
    ['POST', 'Orders(2)/lines', { pos: 9 }],
    ['PATCH', 'Orders(2)/lines(up__ID=2,pos=1)', { text: 'x' }],
    ['DELETE', 'Orders(2)/lines(up__ID=2,pos=1)'],
    ['POST', 'Orders(2)/lines(up__ID=2,pos=1)/S.mark', {}],
    ['POST', 'Lines', { up__ID: 2, pos: 9 }],
    ['PUT', 'Lines(up__ID=2,pos=9)', { text: 'x' }],
    ['PATCH', 'Lines(up__ID=2,pos=1)', { text: 'x' }],
    ['DELETE', 'Lines(up__ID=2,pos=1)'],
    ['POST', 'Lines(up__ID=2,pos=1)/S.mark', {}],
    ['PATCH', 'Lines(up__ID=2,pos=1)/parts(up__up__ID=2,up__pos=1,number=1)', { text: 'x' }],
    ['DELETE', 'Lines(up__ID=2,pos=1)/parts(up__up__ID=2,up__pos=1,number=1)'],
    ['PATCH', 'Orders(3)/notes(3)', { text: 'x' }],
    ['DELETE', 'Orders(3)/notes(3)'],
    ['PATCH', 'Orders(3)', { notes: [] }],
    ['PATCH', 'Orders(3)/site', { name: 'x' }],
    ['PATCH', 'Notes(2)/order', { title: 'x' }],
    // with parts of another plant, which would be deleted as well
    ['DELETE', 'Orders(3)'],
    ['DELETE', 'Nodes(1)']
  ])('%s %s', async (...[method, path, data]) => {
    const before = await stored()
    const { status } = await app.send(alice, method, path, data)
    expect([403, 404]).toContain(status)
    expect(await stored()).toEqual(before)
  })
})

describe('what is of the own plant, is', () => {
  test.each<[string, string, Caller, object?]>([
    ['PATCH', 'Lines(up__ID=1,pos=1)', alice, { text: 'by alice' }],
    ['POST', 'Lines(up__ID=1,pos=1)/S.mark', alice, {}],
    ['POST', 'Lines', alice, { up__ID: 1, pos: 2 }],
    ['PATCH', 'Lines(up__ID=1,pos=1)/parts(up__up__ID=1,up__pos=1,number=1)', alice, { text: 'x' }],
    ['DELETE', 'Lines(up__ID=1,pos=2)', alice],
    ['DELETE', 'Nodes(4)', alice],
    ['DELETE', 'Lines(up__ID=2,pos=1)', bob],
    ['DELETE', 'Orders(3)', bob],
    ['DELETE', 'Nodes(1)', bob]
  ])('%s %s', async (...[method, path, who, data]) => {
    const { status } = await app.send(who, method, path, data)
    expect([200, 201, 204]).toContain(status)
  })
})

describe('next to a condition without $user', () => {
  let orders = 1_000_000
  const order = (plant: string) => ({ ID: ++orders, plant })

  test.each<[string, string, number, Caller]>([
    ['alice', '1010', 201, alice],
    ['alice', '0000', 201, alice],
    ['alice', '1710', 403, alice],
    ['without a plant', '0000', 201, without],
    ['without a plant', '1010', 403, without]
  ])('%s, creating in %s: %i', async (_, plant, status, who) => {
    const answer = await app.send(who, 'POST', 'Orders', order(plant))
    expect(answer.status === 204 ? 201 : answer.status).toBe(status)
  })

  test('a record that may be changed for what it was, may become anything', async () => {
    expect((await app.send(alice, 'PATCH', 'Orders(1)', { plant: '1710' })).status).toBe(403)
    expect((await app.send(alice, 'PATCH', 'Orders(1)', { plant: '0000' })).status).toBeLessThan(
      300
    )
    expect((await app.send(alice, 'PATCH', 'Orders(1)', { plant: '1710' })).status).toBeLessThan(
      300
    )
    expect((await app.send(alice, 'PATCH', 'Orders(1)', { plant: '0000' })).status).toBe(404)
  })
})
