import cds from '@sap/cds'

import { type Answer, type Caller, type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const MODEL = `
entity db.Orders {
  key ID : Integer; plant : String; title : String; site : Association to db.Sites;
  lines : Composition of many { key pos : Integer; text : String };
  notes : Composition of many db.Notes on notes.order = $self;
}
entity db.Notes { key ID : Integer; order : Association to db.Orders; plant : String; text : String; }
entity db.Sites { key ID : Integer; plant : String; name : String; }
service S @(path: '/s') {
  @odata.draft.enabled
  @odata.draft.bypass
  @restrict: [
    { grant: ['READ', 'WRITE', 'close'], to: 'Technician', where: (plant = $user.plant) },
    { grant: 'READ', to: 'Reader', where: (plant = $user.plant) },
    { grant: '*', to: 'Supervisor' }
  ]
  entity Orders as projection on db.Orders actions { action close() returns String; };
  @restrict: [ { grant: '*', to: 'Technician', where: (plant = $user.plant) }, { grant: '*', to: 'Supervisor' } ]
  entity Notes as projection on db.Notes;
  @restrict: [ { grant: 'READ', to: 'Technician', where: (plant = $user.plant) } ]
  entity Sites as projection on db.Sites;
}`

const technician = (id: string, ...plant: string[]): Caller => ({
  id,
  roles: ['Technician'],
  attr: { plant }
})
const alice = technician('alice', '1010')
const bob = technician('bob', '1010', '1710')
const without = technician('without')
const reader: Caller = { id: 'reader', roles: ['Reader'], attr: { plant: ['1010'] } }
const stranger: Caller = { id: 'stranger', roles: [] }

/** Drafts of one's own, and active records without one. */
const ALL = 'IsActiveEntity eq false or SiblingEntity/IsActiveEntity eq null'

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOverHttp(MODEL, function () {
    this.on('close', () => 'done')
  })
})
afterAll(() => app.stop())

beforeEach(async () => {
  for (const name of ['db.Notes', 'db.Orders.lines', 'db.Orders', 'db.Sites'])
    await cds.run(DELETE.from(name))
  const sites = [
    { ID: 1, plant: '1010', name: 'one' },
    { ID: 2, plant: '1710', name: 'two' }
  ]
  await cds.run(INSERT.into('db.Sites').entries(sites))
  const lines = () => [{ pos: 1 }]
  await cds.run(
    INSERT.into('db.Orders').entries(
      { ID: 1, plant: '1010', title: 'own', lines: lines(), notes: [{ ID: 1, plant: '1010' }] },
      {
        ID: 2,
        plant: '1710',
        title: 'foreign',
        site_ID: 1,
        lines: lines(),
        notes: [{ ID: 2, plant: '1710' }]
      },
      { ID: 3, plant: '1010', title: 'mixed', site_ID: 2, notes: [{ ID: 3, plant: '1710' }] }
    )
  )
})
afterEach(async () => {
  for (const name of ['S.Orders', 'S.Notes', 'S.Orders.lines'])
    await cds.run(DELETE.from(`${name}.drafts`))
  await cds.run(DELETE.from('DRAFT.DraftAdministrativeData'))
})

const active = (ID: number) => `Orders(ID=${ID},IsActiveEntity=true)`
const draft = (ID: number) => `Orders(ID=${ID},IsActiveEntity=false)`
const edit = (who: Caller, ID: number) => app.send(who, 'POST', `${active(ID)}/S.draftEdit`, {})
const create = (who: Caller, data: object) => app.send(who, 'POST', 'Orders', data)
const patch = (who: Caller, path: string, data: object) => app.send(who, 'PATCH', path, data)
const get = (who: Caller, path: string) => app.send(who, 'GET', encodeURI(path))
const activate = (who: Caller, ID: number) =>
  app.send(who, 'POST', `${draft(ID)}/S.draftActivate`, {})

async function statuses(...work: Promise<Answer>[]): Promise<number[]> {
  return (await Promise.all(work)).map(({ status }) => status)
}

describe('a draft of a record', () => {
  test('can be had of those that the user may change', async () => {
    expect((await edit(alice, 2)).status).toBe(404)
    expect((await edit(without, 1)).status).toBe(404)
    expect((await edit(reader, 1)).status).toBe(403)
    expect((await edit(stranger, 1)).status).toBe(403)
    expect((await edit(alice, 1)).status).toBe(201)
    expect((await edit(bob, 2)).status).toBe(201)
  })

  test('is activated if what it says is what the user may write', async () => {
    await edit(alice, 1)
    expect((await patch(alice, draft(1), { plant: '1710' })).status).toBe(200)
    const refused = await activate(alice, 1)
    expect(refused.status).toBe(403)
    expect(refused.body).toMatchObject({ error: { code: 'ERR_WRITE_RESTRICTED' } })
    expect(await cds.run(SELECT.one.from('db.Orders').where({ ID: 1 }))).toMatchObject({
      plant: '1010'
    })
    await patch(alice, draft(1), { plant: '1010', title: 'by alice' })
    expect((await activate(alice, 1)).status).toBe(200)
    expect(await cds.run(SELECT.one.from('db.Orders').where({ ID: 1 }))).toMatchObject({
      title: 'by alice'
    })
  })

  test('is activated if nobody has moved the record away meanwhile', async () => {
    await edit(alice, 1)
    await cds.run(UPDATE('db.Orders', 1).with({ plant: '1710' }))
    expect((await activate(alice, 1)).status).toBe(403)
  })

  test('does not show, and not delete, parts of another plant', async () => {
    await edit(alice, 3)
    expect((await get(alice, `${draft(3)}/notes`)).body).toMatchObject({ value: [] })
    expect((await activate(alice, 3)).status).toBe(403)
    expect(await cds.run(SELECT.from('db.Notes').where({ ID: 3 }))).toHaveLength(1)
  })

  test('is for who edits it, also its parts and what its paths lead to', async () => {
    await edit(bob, 2)
    const note = 'otes(ID=2,IsActiveEntity=false)'
    const line = '/lines(up__ID=2,pos=1,IsActiveEntity=false)'
    const parts = ['/notes', '/notes/$count', `/n${note}`, `/n${note}/text`, '/lines', line]
    const back = [`/n${note}/DraftAdministrativeData`, `${line}/up_`, `${line}/up_/notes`]
    const paths = ['', '/title', '/site', '/site/name', '/DraftAdministrativeData']
    for (const path of [...paths, ...parts, ...back]) {
      const url = draft(2) + path
      expect([url, (await get(alice, url)).status]).toEqual([url, 404])
      expect([url, (await get(bob, url)).status < 300]).toEqual([url, true])
    }
    expect((await get(alice, `N${note}`)).status).toBe(404)
    expect((await get(bob, `N${note}`)).status).toBe(200)
    const own = await get(alice, 'Orders?$filter=IsActiveEntity eq false')
    expect(own.body).toMatchObject({ value: [] })
    expect((await get(alice, `${draft(2)}/SiblingEntity`)).status).toBe(204)
    expect((await get(bob, `${draft(2)}/SiblingEntity`)).status).toBe(200)
    expect((await patch(alice, draft(2), { title: 'x' })).status).toBe(403)
  })

  test('shows of other records what the user may read, wherever it is read', async () => {
    const expand = '$expand=site,notes'
    const edited = await app.send(alice, 'POST', `${active(3)}/S.draftEdit?${expand}`, {})
    const answers = [
      edited,
      await get(alice, `${draft(3)}?${expand}`),
      await get(alice, `Orders?$filter=IsActiveEntity eq false&${expand}`),
      await get(alice, `Orders?$filter=${ALL}&${expand}`),
      await app.send(alice, 'POST', `${draft(3)}/S.draftPrepare?${expand}`, {}),
      await app.send(alice, 'PATCH', `${draft(3)}?${expand}`, { title: 'x' })
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200])
    for (const { body } of answers) expect(JSON.stringify(body)).not.toContain('two')
    await patch(alice, draft(3), { site_ID: 1 })
    expect((await get(alice, `${draft(3)}?$expand=site`)).body).toMatchObject({
      site: { name: 'one' }
    })
  })

  test('shows no other records without a role for them, as an active record', async () => {
    const supervisor: Caller = { id: 'supervisor', roles: ['Supervisor'] }
    await edit(supervisor, 1)
    for (const path of [active(1), draft(1)])
      expect((await get(supervisor, `${path}?$expand=site`)).status).toBe(403)
    expect((await get(supervisor, `${draft(1)}?$expand=notes`)).status).toBe(200)
    const edited = await app.send(supervisor, 'POST', `${active(2)}/S.draftEdit?$expand=site`, {})
    expect(edited.status).toBe(403)
  })

  test('is known to those who may read the record', async () => {
    await edit(bob, 1)
    await edit(bob, 2)
    const { body } = await get(alice, `${active(1)}/DraftAdministrativeData`)
    expect(body).toMatchObject({ InProcessByUser: 'bob' })
    expect((await get(alice, `${active(2)}/DraftAdministrativeData`)).status).toBe(404)
    expect((await get(without, `${active(1)}/DraftAdministrativeData`)).status).toBe(404)
  })
})

describe('a new draft', () => {
  test('needs a role for it', async () => {
    const order = { ID: 7, plant: '1010' }
    expect(await statuses(create(reader, order), create(stranger, order))).toEqual([403, 403])
  })

  test('is activated if what it says is what the user may write', async () => {
    expect((await create(alice, { ID: 7, plant: '1710' })).status).toBe(201)
    expect(
      (await app.send(alice, 'POST', `${draft(7)}/notes`, { ID: 71, plant: '1710' })).status
    ).toBe(201)
    expect((await activate(alice, 7)).status).toBe(403)
    await patch(alice, draft(7), { plant: '1010' })
    expect((await activate(alice, 7)).status).toBe(403)
    await patch(alice, 'Notes(ID=71,IsActiveEntity=false)', { plant: '1010' })
    expect((await activate(alice, 7)).status).toBe(201)
    expect((await create(without, { ID: 8, plant: '1010' })).status).toBe(201)
    expect((await activate(without, 8)).status).toBe(403)
  })
})

describe('active records', () => {
  test('are read by their condition, next to drafts', async () => {
    await edit(alice, 1)
    const { body } = await get(alice, `Orders?$filter=${ALL}&$expand=notes,lines`)
    const { value } = body as { value: { ID: number; plant: string; notes: object[] }[] }
    expect(value.map(({ ID }) => ID).sort()).toEqual([1, 3])
    expect(JSON.stringify(value)).not.toContain('1710')
    for (const [who, ids] of [
      [alice, [1, 3]],
      [bob, [1, 2, 3]],
      [without, []]
    ] as const) {
      const answer = (await get(who, 'Orders?$orderby=ID')).body as { value: { ID: number }[] }
      expect(answer.value.map(({ ID }) => ID)).toEqual(ids)
    }
    expect((await get(stranger, 'Orders')).status).toBe(403)
  })

  test('are sorted by what the user may read of other records, by one or two paths', async () => {
    await edit(alice, 3)
    const sorted = async (who: Caller, order: string) => {
      const answer = await get(who, `Orders?$filter=${ALL}&$orderby=${order},ID`)
      expect(answer.status).toBe(200)
      const { value } = answer.body as { value: Record<string, unknown>[] }
      expect(Object.keys(value[0] ?? {}).join()).not.toContain('object')
      return value.map(({ ID }) => ID)
    }
    // the sites: none of record 1, one of 1010 of 2, and one of 1710 of 3, which alice may not see
    for (const order of ['site/name', 'site/plant,site/name', 'site/name desc,site/plant desc'])
      expect([order, await sorted(alice, order)]).toEqual([order, [1, 3]])
    expect(await sorted(bob, 'site/name desc,site/plant')).toEqual([3, 2, 1])
    expect(await sorted(bob, 'site/plant,site/name')).toEqual([1, 2, 3])
  })

  test('parts are read by the condition of their record, also without a path through it', async () => {
    const { body } = await get(alice, `Orders_lines?$filter=IsActiveEntity eq true`)
    expect(body).toMatchObject({ value: [{ up__ID: 1 }] })
    expect((await get(alice, 'Orders_lines(up__ID=2,pos=1,IsActiveEntity=true)')).status).toBe(404)
    expect((await get(alice, 'Orders_lines(up__ID=1,pos=1,IsActiveEntity=true)')).status).toBe(200)
  })

  test('are written, acted on and deleted by it', async () => {
    expect((await patch(alice, active(2), { title: 'x' })).status).toBe(404)
    expect((await patch(alice, active(1), { plant: '1710' })).status).toBe(403)
    expect((await patch(alice, active(1), { title: 'x' })).status).toBe(200)
    expect((await create(alice, { ID: 9, plant: '1710', IsActiveEntity: true })).status).toBe(403)
    expect((await create(alice, { ID: 9, plant: '1010', IsActiveEntity: true })).status).toBe(201)
    expect((await app.send(alice, 'POST', `${active(2)}/S.close`, {})).status).toBe(404)
    expect((await app.send(alice, 'POST', `${active(1)}/S.close`, {})).status).toBe(200)
    expect((await app.send(alice, 'DELETE', active(2))).status).toBe(404)
    expect((await app.send(alice, 'DELETE', active(3))).status).toBe(403)
    expect((await app.send(alice, 'DELETE', active(1))).status).toBe(204)
  })
})
