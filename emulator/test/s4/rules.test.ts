import { type Emulator, startEmulator } from '../../src/index.js'
import { parseRules } from '../../src/s4/rules/parse-rules.js'
import { S4, S4Service } from './s4-client.js'

const NOTICES = '/sap/opu/odata/sap/API_PLANT_NOTICE'
const INSPECTIONS = '/sap/opu/odata4/sap/CE_INSPECTION_0001'
const edmx = ['edmx/API_PLANT_NOTICE.edmx', 'edmx/CE_INSPECTION_0001.edmx']

const options = {
  root: __dirname,
  users: { alice: {}, bob: {}, carol: {}, dave: {}, erin: {} },
  xsSecurity: { xsappname: 'mock' }
}

describe('rules are enforced', () => {
  let emulator: Emulator
  beforeAll(async () => {
    const rules = [
      '# who may do what',
      '*: display of PlantNotice where plant = 1010',
      'alice: display, change of PlantNotice where plant in (1010, 1020) and IsCompleted = false',
      'bob: all',
      'erin: display of PlantNotice',
      'erin: update of PlantNotice where NoticePriority = 1 and IsCompleted = false',
      'erin: update of PlantNotice where NoticePriority = 2 and IsCompleted = true',
      'carol: display of InspectionLot',
      'carol: display of CharacteristicType where Characteristic = 0001'
    ]
    emulator = await startEmulator({ ...options, onPremise: { [S4]: { edmx, rules } } })
  })
  afterAll(() => emulator.stop())

  const as = (user: string, root = NOTICES) => new S4Service(emulator, root, user)

  test('lists have the records that the user may display', async () => {
    const plants = async (user: string) => {
      const { body } = await as(user).send('GET', 'PlantNotice')
      const all = body.d.results.map(({ Plant }: { Plant: string }) => Plant)
      return [...new Set<string>(all)].sort()
    }
    expect(await plants('dave')).toEqual(['1010'])
    expect(await plants('alice')).toEqual(['1010', '1020'])
    expect(await plants('bob')).toEqual(['1010', '1020', '1710'])
  })

  test('an entity without a rule is refused, also as an expand', async () => {
    expect(await as('dave').send('GET', 'PlantNoticeItem')).toMatchObject({ status: 403 })
    const { body } = await as('dave').send('GET', 'PlantNotice?$expand=to_NoticeItem')
    for (const { to_NoticeItem } of body.d.results) expect(to_NoticeItem.results).toEqual([])
    const lots = await as('carol', INSPECTIONS).send('GET', 'InspectionLot?$expand=_Characteristic')
    const [first, ...others] = lots.body.value
    expect(first._Characteristic).toMatchObject([{ Characteristic: '0001' }])
    for (const { _Characteristic } of others) expect(_Characteristic).toEqual([])
  })

  test('a change needs a rule for the record before it, and for the record after it', async () => {
    const create = (Plant: string, NoticeNumber: string) => ({
      Plant,
      NoticeNumber,
      IsCompleted: false
    })
    expect(await as('alice').change('POST', 'PlantNotice', create('1020', '1'))).toMatchObject({
      status: 201
    })
    expect(await as('alice').change('POST', 'PlantNotice', create('1710', '2'))).toMatchObject({
      status: 403,
      body: { error: { message: { value: 'No authorization to change PlantNotice (user alice)' } } }
    })
    expect(await as('dave').change('POST', 'PlantNotice', create('1010', '3'))).toMatchObject({
      status: 403
    })
    const any = { 'if-match': '*' }
    const own = "PlantNotice(Plant='1020',NoticeNumber='1')"
    expect(await as('alice').change('PATCH', own, { NoticeText: 'x' }, any)).toMatchObject({
      status: 204
    })
    expect(await as('alice').change('PATCH', own, { IsCompleted: true }, any)).toMatchObject({
      status: 403
    })
    expect(await as('bob').change('PATCH', own, { IsCompleted: true }, any)).toMatchObject({
      status: 204
    })
    expect(await as('alice').change('PATCH', own, { NoticeText: 'y' }, any)).toMatchObject({
      status: 403
    })
    expect(await as('alice').change('DELETE', own, undefined, any)).toMatchObject({ status: 403 })
    expect(await as('bob').change('DELETE', own, undefined, any)).toMatchObject({ status: 204 })
  })

  test('the record after a change is the stored one with the change: one rule has to permit it', async () => {
    const notice = { Plant: '1020', NoticeNumber: '9', NoticePriority: '1', IsCompleted: false }
    expect(await as('bob').change('POST', 'PlantNotice', notice)).toMatchObject({ status: 201 })
    const path = "PlantNotice(Plant='1020',NoticeNumber='9')"
    const change = async (data: object, at = path) =>
      (await as('erin').change('PATCH', at, data, { 'if-match': '*' })).status
    expect(await change({ IsCompleted: true })).toBe(403)
    expect(await change({ NoticePriority: '2' })).toBe(403)
    expect(await change({ NoticeText: 'x' })).toBe(204)
    expect(await change({ NoticePriority: '2', IsCompleted: true })).toBe(204)
    expect(await change({ IsCompleted: false })).toBe(403)
    const { body } = await as('bob').send('GET', path)
    expect(body.d).toMatchObject({ NoticePriority: '2', IsCompleted: true, NoticeText: 'x' })
    const missing = "PlantNotice(Plant='1020',NoticeNumber='10')"
    expect(await change({ NoticeText: 'x' }, missing)).toBe(404)
    expect(await as('bob').change('DELETE', path, undefined, { 'if-match': '*' })).toMatchObject({
      status: 204
    })
  })

  test('operations need a rule as well', async () => {
    const action = "InspectionLot('0000000001')/CE_INSPECTION_0001.CompleteInspection"
    const any = { 'if-match': '*' }
    const call = (user: string) => as(user, INSPECTIONS).change('POST', action, {}, any)
    expect(await call('carol')).toMatchObject({ status: 403 })
    expect(await call('bob')).toMatchObject({ status: 200 })
    const usage = "GetUsage(Plant='1010')"
    expect(await as('carol', INSPECTIONS).send('GET', usage)).toMatchObject({ status: 403 })
    expect(await as('bob', INSPECTIONS).send('GET', usage)).toMatchObject({ status: 200 })
  })
})

describe('a mistake stops the start, and the message has the rule or the file', () => {
  test.each([
    [{ edmx, rules: ['alice: chnage'] }, /rule "alice: chnage": one of display, create/],
    [
      { edmx, rules: ['alice: change where plnt = 1'] },
      /has the property "plnt": did you mean "Plant"\?/
    ],
    [
      { edmx, rules: ['alice: change of PlantNotce'] },
      /has the entity "PlantNotce": did you mean "PlantNotice"\?/
    ],
    [{ edmx, rules: 'no-rules.txt' }, /there is no file no-rules.txt with its rules/],
    [{ edmx, data: 'no-data' }, /there is no folder no-data for its data/],
    [{ edmx: ['edmx/NONE.edmx'] }, /there is no EDMX file edmx\/NONE.edmx/],
    [{ edmx: ['rules.test.ts'] }, /rules.test.ts: it is no EDMX file$/],
    [{ edmx: ['broken.edmx'] }, /broken.edmx: it is no EDMX file, or it is no valid XML at line 2$/]
  ])('%j', async (system, message) => {
    const start = startEmulator({ ...options, onPremise: { [S4]: system } })
    await expect(start).rejects.toMatchObject({
      code: 'ERR_EMULATOR_BACKEND',
      message: expect.stringMatching(message) as unknown
    })
  })
})

test('the grammar', () => {
  const lines = [
    "eve@x: display, Create of A, B where a = 'it''s, (so)' and b <> 2 AND c in (1, x y)"
  ]
  expect(() => parseRules(lines)).toThrow('")" is expected, and there is "y"')
  expect(
    parseRules([
      "\n# comment\n Eve : All of A where a='it''s, (so)' and b <> 2 AND c in ( 1,'x y' )\n"
    ])
  ).toEqual([
    {
      user: 'eve',
      activities: ['all'],
      entities: ['A'],
      condition: [
        { property: 'a', operator: '=', values: ["it's, (so)"] },
        { property: 'b', operator: '<>', values: ['2'] },
        { property: 'c', operator: 'in', values: ['1', 'x y'] }
      ],
      text: "Eve : All of A where a='it''s, (so)' and b <> 2 AND c in ( 1,'x y' )"
    }
  ])
})

test.each([
  ['alice', '":" is expected, and the line ends'],
  [': display', 'a user, or * is expected'],
  ['alice:', 'a word is expected'],
  ['alice: read', 'one of display, create, update, delete, execute, change, all is expected'],
  ['alice: display where', 'a property is expected'],
  ['alice: display where a', '"=" is expected'],
  ['alice: display where a = ', 'a value is expected'],
  ['alice: display where a in 1', '"(" is expected'],
  ['alice: display where a = 1 or b = 2', 'the end of the line is expected, and there is "or"'],
  ["alice: display where a = 'x", 'is expected']
])('"%s" is no rule', (line, message) => {
  expect(() => parseRules([line])).toThrow(message)
})
