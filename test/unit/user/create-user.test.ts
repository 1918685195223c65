import { createUser } from '../../../src/user/create-user.js'
import { principalOf } from '../../../src/user/principal.js'

const CREDENTIALS = { clientid: 'sb-app!t1', xsappname: 'app!t1', uaadomain: 'example.com' }
const BEARER = 'header.payload.signature'

const create = (payload: object) =>
  createUser(
    {
      issuer: 'xsuaa',
      bearerToken: BEARER,
      payload: payload as never,
      tenant: 't1',
      expiresAt: 1,
      securityContext: {}
    },
    CREDENTIALS
  )

test('a named user has the logon name, roles, attributes and a principal', () => {
  const user = create({
    grant_type: 'password',
    user_name: 'alice',
    scope: ['app!t1.Technician'],
    'xs.user.attributes': { plant: ['1010'] }
  })
  expect(user.id).toBe('alice')
  expect(user.is('Technician')).toBe(true)
  expect(user.is('system-user')).toBe(false)
  expect(user.attr.plant).toEqual(['1010'])
  expect(principalOf(user)).toMatchObject({ kind: 'named', userId: 'alice', tenant: 't1' })
})

describe('R26: technical tokens are told by their grant, exactly', () => {
  test.each(['client_credentials', 'client_x509'])('%s', (grant_type) => {
    const user = create({
      grant_type,
      azp: 'sb-other!t2',
      user_name: 'alice',
      scope: ['app!t1.Viewer']
    })
    expect(user.id).toBe('system')
    expect(['system-user', 'internal-user', 'Viewer'].map((role) => user.is(role))).toEqual([
      true,
      false,
      true
    ])
    expect(principalOf(user)).toMatchObject({ kind: 'technical', origin: 'token' })
  })

  test('its own client is the internal user, too', () => {
    const user = create({ grant_type: 'client_credentials', azp: 'sb-app!t1' })
    expect(user.is('internal-user')).toBe(true)
  })

  test.each(['constructor', 'toString', 'CLIENT_CREDENTIALS', undefined])(
    '%s is none',
    (grant_type) => {
      expect(create({ grant_type, user_name: 'alice' }).is('system-user')).toBe(false)
    }
  )
})

test.each([undefined, '', 'a\nb', 'x'.repeat(256), 'anonymous', 'system', 'privileged'])(
  'R26, R27: a user named %j is refused',
  (user_name) => {
    expect(() => create({ grant_type: 'password', user_name })).toThrow(
      expect.objectContaining({ code: 'ERR_TOKEN_CLAIM' })
    )
  }
)

test('each call makes objects of its own', () => {
  const payload = {
    user_name: 'alice',
    scope: ['app!t1.Viewer'],
    'xs.user.attributes': { a: ['1'] }
  }
  const first = create(payload)
  Object.assign(first.roles, { Admin: 1 })
  Object.assign(first.attr, { a: ['2'] })
  const second = create(payload)
  expect(second.is('Admin')).toBe(false)
  expect(second.attr.a).toEqual(['1'])
})
