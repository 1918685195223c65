import cds from '@sap/cds'

import { linkTo, MODEL, PART_KINDS, type PartKind, wholeOf } from './parts.js'
import { type Caller, type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const alice: Caller = { id: 'alice', roles: ['Technician'], attr: { plant: ['1010'] } }
/** Reads all, and changes those of his plant. */
const clerk: Caller = { id: 'clerk', roles: ['Clerk'], attr: { plant: ['1010'] } }

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOverHttp(MODEL)
  for (const [ID, plant] of [
    ['own', '1010'],
    ['foreign', '1710']
  ] as const) {
    await cds.run(INSERT.into('db.Wholes').entries(wholeOf(ID, plant)))
    await cds.run(INSERT.into('db.Links').entries(linkTo(ID)))
  }
})
afterAll(() => app.stop())

const kinds = PART_KINDS.map((part) => [part.kind, part] as const)
const toMany = kinds.filter(([, part]) => part.toMany)
const stored = (part: PartKind) => cds.run(SELECT.from(`db.${part.target}`))

describe.each(kinds)('a part that is %s', (_, part) => {
  test('is read where its record is', async () => {
    const { body } = await app.send(alice, 'GET', `Links?$expand=${part.name}&$orderby=ID desc`)
    const { value } = body as { value: Record<string, { text: string } | null>[] }
    expect(value.map((link) => link[part.name]?.text)).toEqual(['1010', undefined])
    expect((await app.send(alice, 'GET', `Links('to-foreign')/${part.name}`)).status).not.toBe(200)
    expect((await app.send(alice, 'GET', `Links('to-own')/${part.name}`)).status).toBe(200)
  })

  test('is found by a path where its record is', async () => {
    const filter = `Links?$filter=${part.name}/text eq '1710'`
    expect((await app.send(alice, 'GET', encodeURI(filter))).body).toMatchObject({ value: [] })
  })
})

describe.each(toMany)('a new part that is %s', (_, part) => {
  const fresh = { ID: 'new', text: 'x', ...part.key }

  test('is not added to a record that the user may not change', async () => {
    const before = await stored(part)
    for (const [who, expected] of [
      [alice, 404],
      [clerk, 403]
    ] as const) {
      const { status } = await app.send(who, 'POST', `Wholes('foreign')/${part.name}`, fresh)
      expect(status).toBe(expected)
    }
    expect(await stored(part)).toEqual(before)
  })

  test('is added to a record of his', async () => {
    expect((await app.send(alice, 'POST', `Wholes('own')/${part.name}`, fresh)).status).toBe(201)
  })
})

test('parts of parts are those of the record above them all', async () => {
  const { body } = await app.send(alice, 'GET', 'Links?$expand=below&$orderby=ID desc')
  const { value } = body as { value: { below: { text: string } | null }[] }
  expect(value.map(({ below }) => below?.text)).toEqual(['1010', undefined])
  const post = (who: Caller, ID: string) =>
    app.send(who, 'POST', `Wholes('${ID}')/linked('linked-${ID}')/below`, { ID: 'new', text: 'x' })
  expect((await post(alice, 'foreign')).status).toBe(404)
  expect((await post(clerk, 'foreign')).status).toBe(403)
  expect((await post(alice, 'own')).status).toBe(201)
})
