import { checkTokenType, tenantOfIasToken } from '../../../../src/token/issuers/token-type.js'

type Wanted = Parameters<typeof checkTokenType>[1]

const check = (wanted: Wanted, payload: object, header: object = {}) => {
  checkTokenType({ bearerToken: '', header, payload } as never, wanted)
}
const refused = (message: string) =>
  expect.objectContaining({ code: 'ERR_TOKEN_TYPE', status: 401, message }) as Error
const otherKind = (wanted: string, kind: string, name: string) =>
  refused(
    `${wanted} expected, and the token is of another kind: ${kind}. Send "${name}" of the token response.`
  )

describe('what a token says about its kind counts', () => {
  test.each<[object, string]>([
    [{ typ: 'ID' }, 'ID token'],
    [{ typ: 'Refresh' }, 'refresh token'],
    [{ typ: 'Offline' }, 'refresh token'],
    [{ typ: 'Logout' }, 'logout token'],
    [{ events: {} }, 'logout token'],
    [{ events: {}, typ: 'Bearer' }, 'logout token'],
    [{ nonce: 'n' }, 'ID token'],
    [{ at_hash: 'h' }, 'ID token'],
    [{ c_hash: 'h' }, 'ID token'],
    [{ s_hash: 'h' }, 'ID token']
  ])('%j is no access token: %s', (payload, kind) => {
    expect(() => {
      check(undefined, payload)
    }).toThrow(otherKind('access token', kind, 'access_token'))
  })

  test.each<[object, object, string]>([
    [{ typ: 'Bearer' }, {}, 'access token'],
    [{ typ: 'DPoP', nonce: 'n' }, {}, 'access token'],
    [{ nonce: 'n' }, { typ: 'at+jwt' }, 'access token'],
    [{ typ: 'Refresh' }, {}, 'refresh token'],
    [{ events: {} }, {}, 'logout token']
  ])('%j with header %j is no ID token: %s', (payload, header, kind) => {
    expect(() => {
      check('id_token', payload, header)
    }).toThrow(otherKind('ID token', kind, 'id_token'))
  })

  test.each<[Wanted, object]>([
    [undefined, {}],
    [undefined, { typ: 'Bearer', nonce: 'n' }],
    [undefined, { typ: 'DPoP', nonce: 'n' }],
    ['id_token', {}],
    ['id_token', { nonce: 'n' }],
    ['id_token', { typ: 'ID' }]
  ])('where %s is wanted, %j is good', (wanted, payload) => {
    expect(() => {
      check(wanted, payload)
    }).not.toThrow()
  })
})

describe('"typ" of the header that declares an access token', () => {
  test.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('%j', (typ) => {
    expect(() => {
      check('at+jwt', { nonce: 'n' }, { typ })
    }).not.toThrow()
  })

  test.each([undefined, 'JWT', 'xat+jwt', 'at+jwtx', 'x/at+jwt', 'attjwt', ['at+jwt']])(
    'not %j',
    (typ) => {
      expect(() => {
        check('at+jwt', {}, { typ })
      }).toThrow(
        refused(
          '"typ" of the token\'s header must be "at+jwt". Send an access token, or leave out "tokenType" of the issuer if it does not declare the type.'
        )
      )
    }
  )
})

test.each([
  [{ app_tid: 't1', zone_uuid: 't2' }, 't1'],
  [{ zone_uuid: 't2' }, 't2'],
  [{}, undefined]
])('the tenant of %j is %s', (payload, tenant) => {
  expect(tenantOfIasToken(payload)).toBe(tenant)
})
