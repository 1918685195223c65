import { type Equipment, findings } from '../../../srv/plausibility.js'

const PUMP: Equipment = {
  Equipment: 'P-1',
  MaintenancePlant: '1010',
  FunctionalLocationLabelName: '1010-CWS',
  EquipmentIsInstalled: true,
  AssetManufacturerName: 'KSB',
  ManufacturerSerialNumber: 'K-1',
  ConstructionYear: '2026'
}

const problems = (...all: Partial<Equipment>[]) =>
  findings(
    all.map((each) => ({ ...PUMP, ...each })),
    2026
  ).map(({ equipment, problem }) => [equipment, problem])

test.each<[string, Partial<Equipment>]>([
  ['is installed nowhere', { FunctionalLocationLabelName: '' }],
  ['has a functional location, and is not installed', { EquipmentIsInstalled: false }],
  ['is installed in another plant', { MaintenancePlant: '1710' }],
  ['was constructed in the future', { ConstructionYear: '2027' }]
])('%s', (problem, change) => {
  expect(problems(change)).toEqual([['P-1', problem]])
})

test('nothing is wrong with what is complete, or not filled in', () => {
  const empty = { FunctionalLocationLabelName: null, EquipmentIsInstalled: null }
  expect(problems({}, { ...empty, ManufacturerSerialNumber: '', ConstructionYear: '' })).toEqual([])
})

test('a serial number is a manufacturer\u2019s own, and the second one is told', () => {
  const twin = { Equipment: 'P-2' }
  expect(problems({}, twin)).toEqual([['P-2', "has another one's serial number"]])
  expect(problems({}, { ...twin, AssetManufacturerName: 'ABB' })).toEqual([])
})
