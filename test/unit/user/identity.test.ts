import { identityOf } from '../../../src/user/identity.js'
import { xsuaaProfile } from '../../../src/user/xsuaa-profile.js'

const profile = xsuaaProfile({
  clientid: 'sb-app!t1',
  xsappname: 'app!t1',
  uaadomain: 'example.com'
})

const identity = (payload: object) =>
  identityOf({ issuer: { alias: 'xsuaa' }, payload, tenant: 't1', expiresAt: 1 } as never, profile)

test('a named user has the logon name, roles and attributes', () => {
  const named = identity({
    grant_type: 'password',
    user_name: 'alice',
    scope: ['app!t1.Technician'],
    'xs.user.attributes': { plant: ['1010'] }
  })
  expect(named).toMatchObject({ kind: 'named', userId: 'alice', tenant: 't1', issuer: 'xsuaa' })
  expect(Object.keys(named.roles)).toEqual(['Technician'])
  expect(named.attributes.plant).toEqual(['1010'])
})

describe('R26: technical tokens are told by their grant, exactly', () => {
  test.each(['client_credentials', 'client_x509'])('%s', (grant_type) => {
    const claims = { grant_type, azp: 'sb-other!t2', user_name: 'alice', scope: ['app!t1.Viewer'] }
    const technical = identity(claims)
    expect(technical).toMatchObject({ kind: 'technical', userId: 'system' })
    expect(Object.keys(technical.roles)).toEqual(['Viewer', 'system-user'])
  })

  test('its own client is the internal user, too', () => {
    const own = identity({ grant_type: 'client_credentials', azp: 'sb-app!t1' })
    expect(Object.keys(own.roles)).toContain('internal-user')
  })

  test.each(['constructor', 'toString', 'CLIENT_CREDENTIALS', undefined])(
    '%s is none',
    (grant_type) => {
      expect(identity({ grant_type, user_name: 'alice' }).kind).toBe('named')
    }
  )
})

test.each([undefined, '', 'a\nb', 'x'.repeat(256), 'anonymous', 'system', 'privileged'])(
  'R26, R27: a user named %j is refused',
  (user_name) => {
    expect(() => identity({ grant_type: 'password', user_name })).toThrow(
      expect.objectContaining({ code: 'ERR_TOKEN_CLAIM' })
    )
  }
)
