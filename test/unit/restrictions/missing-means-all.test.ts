import cds from '@sap/cds'

import { oidcProfile } from '../../../src/user/oidc-profile.js'
import { Served } from './support/served.js'

const MODEL = `
entity db.Rows { key ID : Integer; plant : String; }
service S {
  @restrict: [{ to: 'Technician', where: (plant = $user.plant or $user.plant is null) }]
  entity Rows as projection on db.Rows;
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL)
  await cds.run(INSERT.into('db.Rows').entries({ ID: 1, plant: '1' }, { ID: 2, plant: '2000' }))
})

/** The rows of a user with these attributes. */
async function rows(attr: object): Promise<unknown> {
  const query = SELECT.from('S.Rows').columns('ID').orderBy('ID')
  const found = await served.as({ roles: ['Technician'], attr }, (tx) => tx.run(query))
  return (found as { ID: number }[]).map(({ ID }) => ID)
}

const { attributes } = oidcProfile('partner', {
  ...{ issuer: 'https://idp.example', audience: 'api' },
  attributeMapping: { plant: 'plants' }
})
const plants = (count: number) => Array.from({ length: count }, (_, i) => String(i))

test('all rows are for those who have no plant', async () => {
  expect(await rows(attributes({}))).toEqual([1, 2])
  expect(await rows(attributes({ plants: [null] }))).toEqual([1, 2])
  expect(await rows({ plant: '' })).toEqual([1, 2])
})

test('with more plants than an attribute may have nobody gets in', async () => {
  expect(await rows(attributes({ plants: plants(1000) }))).toEqual([1])
  expect(() => attributes({ plants: plants(1001) })).toThrow(
    expect.objectContaining({ code: 'ERR_TOKEN_CLAIM' })
  )
  expect(await rows({ plant: plants(1001) })).toEqual([1]) // as tokens of XSUAA have them
})

test.each([{}, ['', {}], [['1']], '\ud800'])(
  'no rows are for a plant that is %j',
  async (plant) => {
    expect(await rows({ plant })).toEqual([])
  }
)
