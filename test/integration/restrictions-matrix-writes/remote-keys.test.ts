import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'
import { statusOf } from '../restrictions-matrix/served-rows.js'
import type { Service } from './local-service.js'

cds.log('remote', { level: 'silent' } as never)

const MODEL = `
@cds.external service Remote { entity Rows { key ID : Integer; plant : String; name : String;
  parent : Association to Rows; up : Integer; twin : Association to one Rows on twin.ID = up;
  other : Association to one Rows on other.ID = up or other.ID = 2; } }
service S {
  @restrict: [ { grant: '*', to: 'Technician', where: (plant = $user.plant) } ]
  entity Rows as projection on Remote.Rows;
}`

const ROWS = [
  { ID: 1, plant: '1010', name: 'own', parent_ID: 2, up: 2 },
  { ID: 2, plant: '1710', name: 'foreign', parent_ID: null },
  { ID: 3, plant: '1010', name: 'below', parent_ID: 1, up: 1 }
]

/** A service that ignores `$filter` beside a key in the path, as some do. */
function answer(url: string): object {
  const key = /\/Rows\((?:ID=)?(\d+)\)/.exec(url)?.[1]
  if (key) {
    const row = ROWS[Number(key) - 1]
    if (!/\)\/(parent|twin|other)/.test(url)) return row ?? {}
    return ROWS.find(({ ID }) => ID === row?.parent_ID) ?? {}
  }
  const filter = new URL(url, 'http://localhost').searchParams.get('$filter') ?? ''
  const wanted = (name: string) => new RegExp(`${name} eq '?(\\w+)`).exec(filter)?.[1]
  const [ID, plant] = [wanted('ID'), wanted('plant')]
  const value = ROWS.filter(
    (row) => (!ID || String(row.ID) === ID) && (!plant || row.plant === plant)
  )
  return { value }
}

let server: Server
let service: Service
let written = 0
beforeAll(async () => {
  server = createServer((req, res) => {
    if (req.method !== 'GET') written++
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify(req.method === 'GET' ? answer(req.url ?? '') : {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  installRestrictions()
  const csn = cds.compile(MODEL) as unknown as string
  cds.model = cds.compile.for.nodejs(csn as never)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const Remote = { kind: 'odata', impl: cds.RemoteService, external: true, credentials: { url } }
  Object.assign(cds.env.requires, { Remote })
  const served: unknown = await cds
    .serve('S')
    .from(csn)
    .with(async function (this: cds.ApplicationService) {
      const remote = await cds.connect.to('Remote')
      this.on(['READ', 'UPDATE', 'DELETE'], 'Rows', ({ query }) => remote.run(query))
    } as never)
  service = served as Service
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const alice = () =>
  service.tx({
    user: new cds.User({ id: 'alice', roles: ['Technician'], attr: { plant: ['1010'] } } as never)
  })
const at = (ID: number, ...rest: string[]) =>
  ({ ref: [{ id: 'S.Rows', where: [{ ref: ['ID'] }, '=', { val: ID }] }, ...rest] }) as never

test('a record that is read by its key is not what the condition hides', async () => {
  expect(await alice().run(SELECT.one.from(at(1)))).toMatchObject({ name: 'own' })
  expect(await alice().run(SELECT.one.from(at(2)))).toBeFalsy()
  expect(await alice().run(SELECT.from('S.Rows'))).toEqual([ROWS[0], ROWS[2]])
})

test('a record behind a path is not what the condition hides', async () => {
  const parentOf = (ID: number) => SELECT.one.from(at(ID, 'parent'))
  expect(await alice().run(parentOf(3))).toMatchObject({ name: 'own' })
  expect(await alice().run(parentOf(1))).toBeFalsy()
  expect(await statusOf(alice().run(parentOf(2)))).toBe(404) // hidden itself
  expect(await alice().run(SELECT.one.from(at(3, 'twin')))).toMatchObject({ name: 'own' })
  expect(await alice().run(SELECT.one.from(at(1, 'twin')))).toBeFalsy()
  expect(await statusOf(alice().run(SELECT.one.from(at(1, 'other'))))).toBe(403)
})

test('a record that is written by its key is not what the condition hides', async () => {
  const update = (ID: number) => ({ query: UPDATE.entity(at(ID)).with({ name: 'x' }) })
  expect(await statusOf(alice().send(update(2)))).toBe(404)
  expect(await statusOf(alice().send({ query: DELETE.from(at(2)) }))).toBe(404)
  expect(written).toBe(0)
  expect(await statusOf(alice().send(update(1)))).toBe(200)
  expect(written).toBe(1)
})
