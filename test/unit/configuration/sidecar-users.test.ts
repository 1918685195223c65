import cds from '@sap/cds'

import { keepUsersOfSidecar } from '../../../src/configuration/sidecar-users.js'

const provider = { 'cds.xt.ModelProviderService': { root: '../..' } }
const defaults = { alice: { tenant: 't1', roles: ['admin'] }, yves: { roles: ['internal-user'] } }
const before = cds.env.requires
afterEach(() => {
  cds.env.requires = before
})

function users(requires: object, assigned: object | undefined) {
  const auth = { kind: 'mocked', users: defaults }
  cds.env.requires = { auth, ...requires } as never
  keepUsersOfSidecar()
  const current = (cds.env.requires as unknown as { auth: { users?: object } }).auth
  Object.assign(current, { users: assigned })
  return current.users
}

describe('users of a sidecar', () => {
  test("are CAP's and those of the application, whose properties count", () => {
    const own = { alice: { tenant: 't2' }, bob: 'secret' }
    expect(users(provider, own)).toEqual({
      alice: { tenant: 't2', roles: ['admin'] },
      bob: 'secret',
      yves: defaults.yves
    })
  })

  test("are CAP's where the application has none", () => {
    expect(users(provider, undefined)).toEqual(defaults)
  })

  test.each([
    ['of an application', {}],
    ['of another authentication', { ...provider, auth: { kind: 'xsuaa' } }]
  ])('%s are what is assigned', (_name, requires) => {
    expect(users(requires, { bob: {} })).toEqual({ bob: {} })
  })
})
