import cds from '@sap/cds'

import { type Refused, Served, type Service } from '../support/served.js'

const MODEL = `
entity db.Units {
  key ID : Integer;
  title : String;
  place { plant : String; }
  site : Association to db.Sites;
  above : Association to db.Units;
  notes : Composition of many { key pos : Integer; text : String; };
}
entity db.Sites { key ID : Integer; plant : String; }
service S {
  @restrict: [
    { grant: '*', to: 'Site', where: (site.plant = $user.plant) },
    { grant: '*', to: 'Above', where: (above.title = $user.title) },
    { grant: '*', to: 'Notes', where: (exists notes[text = $user.title]) },
    { grant: '*', to: 'Place', where: (place.plant = $user.plant) },
    { grant: '*', to: 'Open', where: (site.plant = $user.plant) },
    { grant: '*', to: 'Open', where: (title = 'open') }
  ]
  entity Units as projection on db.Units;
  entity Sites as projection on db.Sites;
}`

const MANY = 60

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL, function (this: cds.ApplicationService) {
    this.on('UPDATE', 'Units', ({ data }: { data: Record<string, unknown> }, next) => {
      if (data.title === 'moved later') data.site_ID = 2
      return (next as () => unknown)()
    })
  })
  await cds.run(INSERT.into('db.Sites').entries({ ID: 1, plant: '1010' }, { ID: 2, plant: '1710' }))
  const unit = { title: 'top', place_plant: '1010', site_ID: 1, above_ID: 1 }
  const note = () => ({ pos: 1, text: 'top' })
  const units = Array.from({ length: MANY }, (_, n) => ({ ID: n + 1, ...unit, notes: [note()] }))
  await cds.run(INSERT.into('db.Units').entries(units))
})

type Write = (tx: Service) => Promise<unknown>

async function outcome(role: string, write: Write): Promise<unknown> {
  const caller = { roles: [role], attr: { plant: ['1010'], title: ['top'] } }
  const { status } = ((await served.as(caller, write)) ?? {}) as Refused
  return status === undefined ? 200 : Number(status)
}

const updateAll =
  (data: object): Write =>
  (tx) =>
    tx.run(
      UPDATE.entity('S.Units')
        .with(data)
        .where({ ID: { '>': 0 } } as never)
    )
const update =
  (ID: number, data: object): Write =>
  (tx) =>
    tx.run(UPDATE.entity('S.Units', ID).with(data))

test.each<[string, string, object, number]>([
  ['nothing of the path', 'Site', { title: 'x' }, 200],
  ['the foreign key', 'Site', { site_ID: 2 }, 403],
  ['the foreign key, to what it was', 'Site', { site_ID: 1 }, 200],
  ['the association', 'Site', { site: { ID: 2 } }, 403],
  ['nothing of a path to the same table', 'Above', { place_plant: 'x' }, 200],
  ['what a path to the same table leads to', 'Above', { title: 'x' }, 403],
  ['nothing of parts', 'Notes', { title: 'x' }, 200],
  ['another element of a structure', 'Place', { title: 'x' }, 200],
  ['an element of a structure', 'Place', { place_plant: '1710' }, 403],
  [
    'nothing of the path, where another role has a condition without the user',
    'Open',
    { title: 'x' },
    200
  ],
  [
    'the foreign key, where another role has a condition without the user',
    'Open',
    { site_ID: 2 },
    403
  ]
])('an UPDATE of %s', async (_, role, data, status) => {
  expect(await outcome(role, updateAll(data))).toBe(status)
  expect(await outcome(role, update(1, data))).toBe(status)
})

test('the parts that a condition is about are looked at', async () => {
  expect(await outcome('Notes', update(1, { notes: [{ pos: 1, text: 'x' }] }))).toBe(403)
  expect(await outcome('Notes', update(1, { notes: [{ pos: 1, text: 'top' }] }))).toBe(200)
})

test('what a handler changes meanwhile is looked at', async () => {
  expect(await outcome('Site', update(1, { title: 'moved later' }))).toBe(403)
  expect(await outcome('Site', updateAll({ title: 'moved later' }))).toBe(403)
})

test('paths cost no query more than elements of the record itself, where they are left alone', async () => {
  const queriesFor = async (role: string) => {
    const caller = { roles: [role], attr: { plant: ['1010'], title: ['top'] } }
    await served.as(caller, updateAll({ title: 'x' }))
    return served.queries.length
  }
  const own = await queriesFor('Place')
  expect(own).toBeGreaterThan(0)
  for (const role of ['Site', 'Notes', 'Open']) expect(await queriesFor(role)).toBe(own)
})
