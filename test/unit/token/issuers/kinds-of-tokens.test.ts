import { idTokenClaims } from '../../../../emulator/src/xsuaa/id-token.js'
import { refuseOtherThanAccessTokens } from '../../../../src/token/issuers/token-type.js'

type Claims = Record<string, unknown>

describe('tokens that the same keys sign for other purposes', () => {
  const kind = (payload: Claims) => {
    try {
      refuseOtherThanAccessTokens(payload)
      return 'access'
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_TOKEN_TYPE', status: 401 })
      return /^the token is (.*) token, no access token\. Send "access_token"/.exec(
        (error as Error).message
      )?.[1]
    }
  }
  const scope = ['app!t1.Viewer']

  test.each<[Claims, string]>([
    [{ granted_scopes: [] }, 'a refresh'],
    [{ granted_scopes: [], scope }, 'a refresh'],
    [{ jti: 'abc-r' }, 'a refresh'],
    [{ jti: 'abc-r', scope: [] }, 'a refresh'],
    [{ events: {} }, 'a logout'],
    [{ events: {}, scope }, 'a logout'],
    [{ at_hash: 'x' }, 'an ID'],
    [{ at_hash: 'x', scope }, 'an ID'],
    [{ nonce: 'n' }, 'an ID'],
    [{ nonce: null }, 'an ID'],
    [{ scope: ['openid'], email_verified: true }, 'an ID'],
    [{ scope: 'openid', email_verified: false }, 'an ID'],
    [{ scope: ['openid', ...scope], email_verified: true }, 'access'],
    [{ scope: ['openid'] }, 'access'],
    [{ jti: 'abc-r', scope }, 'access'],
    [{ jti: 'abc-r-x' }, 'access'],
    [{ jti: 'abc' }, 'access'],
    [{ nonce: 'n', scope }, 'access'],
    [{ nonce: 'n', scope: 'openid' }, 'access'],
    [{ scope }, 'access'],
    [{}, 'access']
  ])('%j: %s token', (payload, expected) => {
    expect(kind(payload)).toBe(expected)
  })

  test('the ID token of a log-on without a nonce, as XSUAA issues it', () => {
    const claims = { scope: ['openid', ...scope], grant_type: 'password', user_id: 'u' }
    const idToken = idTokenClaims({ id: 'sb-app!t1' } as never, claims, 'https://x.example')
    expect(kind(JSON.parse(JSON.stringify(idToken)) as Claims)).toBe('an ID')
  })
})
