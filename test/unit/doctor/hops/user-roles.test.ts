import cds from '@sap/cds'

import { loadModel } from '../../../../src/doctor/hops/roles.js'
import { tokenRoleFindings } from '../../../../src/doctor/hops/user-roles.js'
import { factsWith } from '../facts.js'

jest.mock('../../../../src/doctor/hops/roles.js', () => ({
  ...jest.requireActual<object>('../../../../src/doctor/hops/roles.js'),
  loadModel: jest.fn()
}))

const CLERKS = `@requires: 'Clerk' service Orders { entity E { key ID : Integer; } }`
const USERS = `@requires: 'authenticated-user' service Catalog { entity C { key ID : Integer; } }`
const OPEN = 'service Open { entity O { key ID : Integer; } }'

function findings(cdl: string, session: object, auth = {}) {
  jest.mocked(loadModel).mockResolvedValue(cds.compile(cdl))
  const user = { roles: [], tenant: 't1', issuer: 'xsuaa', ...session }
  return tokenRoleFindings(user as never, factsWith({ auth: { kind: 'principal', ...auth } }))
}

test('a user with one of the roles', async () => {
  expect(await findings(CLERKS, { roles: ['Clerk'] })).toMatchObject([
    { state: 'ok', cause: 'has Clerk of the roles in the model' }
  ])
})

test('a user with none of them, where every service asks for one', async () => {
  const [finding] = await findings(CLERKS, {})
  expect(finding).toMatchObject({ state: 'mend', expected: 'Clerk', code: 'ERR_ROLE_MISSING' })
})

test.each([USERS, OPEN])(
  'is something to watch where a service is open to all: %s',
  async (cdl) => {
    expect(await findings(CLERKS + cdl, {})).toMatchObject([
      { state: 'warning', expected: 'Clerk' }
    ])
  }
)

test('with AMS, roles of a token of Identity Authentication come when a request runs', async () => {
  const auth = { ams: {} }
  expect(await findings(CLERKS, { issuer: 'ias' }, auth)).toMatchObject([
    { state: 'unknown', cause: expect.stringContaining('policies') }
  ])
  expect(await findings(CLERKS, {}, auth)).toMatchObject([{ state: 'mend' }])
})
