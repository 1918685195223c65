import { rolesOf } from '../../../src/user/roles.js'

const roles = (...scopes: string[]) => Object.keys(rolesOf(scopes, 'app!t1'))

test('own scopes lose the prefix, foreign ones keep their name', () => {
  expect(roles('app!t1.Viewer', 'other!t2.Admin', 'uaa.user')).toEqual([
    'Viewer',
    'other!t2.Admin',
    'uaa.user'
  ])
})

test.each(['app!t12.Viewer', 'x.app!t1.Viewer', 'APP!t1.Viewer'])(
  '%s does not become a local role',
  (scope) => {
    expect(roles(scope)).toEqual([scope])
  }
)

test.each(['openid', 'Viewer', '', 'app!t1', 'app!t1.'])('%j gives no role', (scope) => {
  expect(roles(scope)).not.toContain('Viewer')
  expect(roles(scope).filter((role) => !role.includes('.'))).toEqual([])
})

test.each(['internal-user', 'system-user', 'any', 'authenticated-user', 'identified-user'])(
  'nobody can claim %s',
  (role) => {
    expect(roles(`app!t1.${role}`)).toEqual([])
  }
)

test('no inherited name is a role', () => {
  expect('constructor' in rolesOf([], 'app!t1')).toBe(false)
  expect('__proto__' in rolesOf(['app!t1.Viewer'], 'app!t1')).toBe(false)
})

test("CAP's own scopes count only when they are this application's", () => {
  expect(roles('app!t1.cds.Subscriber')).toEqual(['cds.Subscriber'])
  expect(roles('other!t2.cds.Subscriber')).toEqual(['other!t2.cds.Subscriber'])
  expect(roles('cds.Subscriber')).toEqual([])
})
