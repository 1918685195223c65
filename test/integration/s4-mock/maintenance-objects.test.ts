import { equipmentPath, operationPath, S4System } from './s4-system.js'

const equipment = 'API_EQUIPMENT/Equipment'
const location = 'API_FUNCTIONALLOCATION/FunctionalLocation'

describe('maintenance objects of the S/4 mock', () => {
  let s4: S4System
  beforeAll(async () => {
    s4 = await S4System.start()
  })
  afterAll(() => s4.stop())

  const create = (user: string, id: string, more: object = {}) =>
    s4.write(user, 'POST', equipment, {
      Equipment: id,
      EquipmentName: 'Pump',
      EquipmentCategory: 'M',
      MaintenancePlant: '1010',
      ...more
    })
  const read = async (id: string) => (await s4.as('carol', 'GET', equipmentPath(id))).json.d

  describe('user fields', () => {
    test('are the session’s user, whatever the payload says', async () => {
      const forged = { CreatedByUser: 'BOB', LastChangedByUser: 'BOB', CreationDate: '/Date(0)/' }
      const { status, json } = await create('alice', 'U1', forged)
      expect(status).toBe(201)
      expect(json.d).toMatchObject({ CreatedByUser: 'ALICE', LastChangedByUser: 'ALICE' })
      expect(json.d['CreationDate']).not.toBe('/Date(0)/')

      const change = { EquipmentName: 'Other', CreatedByUser: 'CAROL', LastChangedByUser: 'CAROL' }
      const { status: changed } = await s4.write('bob', 'PATCH', equipmentPath('U1'), change)
      expect(changed).toBe(204)
      expect(await read('U1')).toMatchObject({
        EquipmentName: 'Other',
        CreatedByUser: 'ALICE',
        LastChangedByUser: 'BOB'
      })
    })

    test('of the technical user', async () => {
      const { json } = await create('sb-maintenance!t1', 'U2')
      expect(json.d).toMatchObject({ CreatedByUser: 'MAINT_TECH', LastChangedByUser: 'MAINT_TECH' })
    })

    test('of functional locations', async () => {
      const { json } = await s4.write('alice', 'POST', location, {
        FunctionalLocation: '1010-CWS-03',
        FuncLocationStructure: 'YBPM',
        FunctionalLocationCategory: 'M',
        CreatedByUser: 'BOB',
        SuperiorFunctionalLocation: '1710'
      })
      expect(json.d).toMatchObject({
        FunctionalLocationLabelName: '1010-CWS-03',
        SuperiorFunctionalLocation: '1010-CWS',
        CreatedByUser: 'ALICE'
      })
      await s4.write('bob', 'PATCH', `${location}('1010-CWS-03')`, { FunctionalLocationName: 'x' })
      const { json: after } = await s4.as('bob', 'GET', `${location}('1010-CWS-03')`)
      expect(after.d).toMatchObject({ CreatedByUser: 'ALICE', LastChangedByUser: 'BOB' })
    })

    test('stay apart when two users change many records at the same time', async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `P${i}`)
      for (const id of ids) await create('carol', id)
      const userOf = (i: number) => (i % 2 ? 'bob' : 'alice')
      await Promise.all(
        ids.map((id, i) => s4.write(userOf(i), 'PATCH', equipmentPath(id), { EquipmentName: 'x' }))
      )
      for (const [i, id] of ids.entries())
        expect((await read(id))['LastChangedByUser']).toBe(userOf(i).toUpperCase())
    })
  })

  test('user fields of a partner', async () => {
    const partner = { PartnerFunction: 'VW', EquipmentPartnerObjectNmbr: '000001', Partner: 'X' }
    const body = { Equipment: '10000001', ...partner, CreatedByUser: 'BOB' }
    const { json } = await s4.write('alice', 'POST', 'API_EQUIPMENT/EquipmentPartner', body)
    expect(json.d).toMatchObject({ ...partner, CreatedByUser: 'ALICE' })
  })

  describe('authorization', () => {
    test('DAVE may display, not change', async () => {
      expect(await s4.as('dave', 'GET', equipmentPath('10000000'))).toMatchObject({ status: 200 })
      const forbidden = { status: 403, json: { error: { code: 'IW/051' } } }
      const install = operationPath('InstallEquipment', '10000003', '1010-CWS')
      expect(await create('dave', 'D1')).toMatchObject(forbidden)
      expect(await s4.write('dave', 'PATCH', equipmentPath('10000000'), {})).toMatchObject(
        forbidden
      )
      expect(await s4.write('dave', 'POST', install)).toMatchObject(forbidden)
      expect(await s4.as('carol', 'GET', equipmentPath('D1'))).toMatchObject({ status: 404 })
    })

    test('nobody deletes anything', async () => {
      const partner = `Equipment='10000000',PartnerFunction='VW',EquipmentPartnerObjectNmbr='000001'`
      const headers = [equipmentPath('10000000'), `${location}('1010')`]
      const paths = [...headers, `API_EQUIPMENT/EquipmentPartner(${partner})`]
      for (const path of paths)
        expect(await s4.write('carol', 'DELETE', path)).toMatchObject({ status: 405 })
    })
  })

  describe('create and change', () => {
    test.each([
      ['a duplicate', { Equipment: '10000000' }, 'IE/027'],
      ['no number', { Equipment: '' }, '00/055'],
      ['an unknown category', { EquipmentCategory: 'X' }, 'IE/002'],
      ['an unknown plant', { MaintenancePlant: '9999' }, 'M7/067'],
      ['an unknown location', { FunctionalLocationLabelName: '1010-NIX' }, 'IL/020']
    ])('%s is refused, and nothing is written', async (_, more, code) => {
      const answer = await create('alice', 'C1', more)
      expect(answer).toMatchObject({ status: 400, json: { error: { code } } })
      expect(await s4.as('alice', 'GET', equipmentPath('C1'))).toMatchObject({ status: 404 })
    })

    test('FunctionalLocation is read-only, its label is not', async () => {
      await create('alice', 'C2', { FunctionalLocation: '1010-CAS' })
      expect(await read('C2')).toMatchObject({
        FunctionalLocation: '',
        EquipmentIsInstalled: false
      })
      const change = { FunctionalLocation: '1710', FunctionalLocationLabelName: '1010-CWS' }
      await s4.write('alice', 'PATCH', equipmentPath('C2'), change)
      expect(await read('C2')).toMatchObject({
        FunctionalLocation: '1010-CWS',
        FunctionalLocationName: 'Cooling Water System',
        EquipmentIsInstalled: true
      })
    })

    test('a field set to null is initial', async () => {
      await create('alice', 'C3', { AssetManufacturerName: 'KSB' })
      await s4.write('alice', 'PATCH', equipmentPath('C3'), { AssetManufacturerName: null })
      expect((await read('C3'))['AssetManufacturerName']).toBe('')
    })

    test('what is not there cannot be changed', async () => {
      const answer = await s4.write('alice', 'PATCH', equipmentPath('C4'), { EquipmentName: 'x' })
      expect(answer).toMatchObject({ status: 404 })
      expect(await s4.as('alice', 'GET', equipmentPath('C4'))).toMatchObject({ status: 404 })
    })
  })

  describe('install and dismantle', () => {
    const post = (user: string, name: string, id: string, at?: string) =>
      s4.write(user, 'POST', operationPath(name, id, at))

    test('once each, by the user', async () => {
      await create('carol', 'I1')
      const { status, json } = await post('alice', 'InstallEquipment', 'I1', '1010-CWS')
      expect(status).toBe(200)
      expect(json.d).toMatchObject({
        Equipment: 'I1',
        FunctionalLocationLabelName: '1010-CWS',
        EquipmentIsInstalled: true,
        LastChangedByUser: 'ALICE'
      })
      expect(await post('alice', 'InstallEquipment', 'I1', '1010')).toMatchObject({
        status: 400,
        json: { error: { code: 'IE/161' } }
      })
      expect((await post('bob', 'DismantleEquipment', 'I1')).json.d).toMatchObject({
        FunctionalLocation: '',
        EquipmentIsInstalled: false,
        LastChangedByUser: 'BOB'
      })
      expect(await post('bob', 'DismantleEquipment', 'I1')).toMatchObject({
        status: 400,
        json: { error: { code: 'IE/162' } }
      })
    })

    test('not at a location that does not exist, and not what does not exist', async () => {
      const spare = '10000003'
      expect(await post('alice', 'InstallEquipment', spare, 'NIX')).toMatchObject({
        status: 400,
        json: { error: { code: 'IL/020', message: { value: expect.stringContaining('NIX') } } }
      })
      expect(await post('alice', 'InstallEquipment', spare)).toMatchObject({ status: 400 })
      expect((await read(spare))['EquipmentIsInstalled']).toBe(false)
      expect(await post('alice', 'InstallEquipment', 'I9', '1010')).toMatchObject({ status: 404 })
    })
  })
})
