import type { PropagationError } from '../../../../src/errors.js'
import {
  type CallTarget,
  callingPrincipal,
  checkTenant,
  requireNamedUser,
  technicalDestination,
  userBoundDestination
} from '../../../../src/remote/policy/caller.js'
import { type Principal, TokenPrincipal } from '../../../../src/user/principal.js'

const inAnHour = Math.floor(Date.now() / 1000) + 3600
const named = (tenant?: string, expiresAt = inAnHour) =>
  new TokenPrincipal({ userId: 'alice', tenant, issuer: 'xsuaa', expiresAt, bearerToken: 'x' })
const ALICE = named('t1')
const TECHNICAL: Principal = { kind: 'technical', origin: 'token', tenant: 't1' }
const ANONYMOUS: Principal = { kind: 'anonymous' }
const target = (
  onBehalfOf?: CallTarget['onBehalfOf'],
  destinationOptions?: object
): CallTarget => ({ name: 'S4', onBehalfOf, ...(destinationOptions && { destinationOptions }) })

const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    const { code, message, status } = error as { code: string; message: string; status: number }
    return { code, message, status }
  }
  return undefined
}

describe('who goes out', () => {
  const system = (tenant?: string) => ({ kind: 'technical', origin: 'privileged', tenant })
  const SUBSCRIBER = { selectionStrategy: 'alwaysSubscriber' }

  test.each<[CallTarget['onBehalfOf'], Principal, object, string | undefined, object]>([
    ['namedUser', ALICE, ALICE, 't1', {}],
    ['currentUser', ALICE, ALICE, 't1', {}],
    ['currentUser', TECHNICAL, system('t1'), 't1', SUBSCRIBER],
    ['currentUser', ANONYMOUS, system('t1'), 't1', SUBSCRIBER],
    ['systemUser', ALICE, system('t1'), 't1', SUBSCRIBER],
    ['systemUser', ANONYMOUS, system('t1'), 't1', SUBSCRIBER],
    ['systemUser', TECHNICAL, system('t1'), 't1', SUBSCRIBER],
    ['systemUserProvider', ALICE, system(), undefined, { selectionStrategy: 'alwaysProvider' }],
    [undefined, ALICE, ALICE, 't1', {}],
    [undefined, TECHNICAL, TECHNICAL, 't1', {}],
    [undefined, ANONYMOUS, ANONYMOUS, 't1', {}]
  ])('for %s, where %j is current', (onBehalfOf, current, principal, tenant, options) => {
    expect(callingPrincipal(target(onBehalfOf), current, 't1')).toEqual({
      principal,
      tenant,
      options
    })
  })

  test('looks where the options say', () => {
    const options = { selectionStrategy: 'subscriberFirst', useCache: false } as const
    const found = (onBehalfOf: CallTarget['onBehalfOf']) =>
      callingPrincipal(target(onBehalfOf, options), ALICE, 't1').options
    expect(found('namedUser')).toEqual(options)
    expect(found('systemUser')).toEqual(options)
    expect(found('systemUserProvider')).toEqual({ ...options, selectionStrategy: 'alwaysProvider' })
    expect(
      callingPrincipal(target('systemUser', { useCache: false }), ALICE, 't1').options
    ).toEqual({
      ...{ useCache: false, selectionStrategy: 'alwaysSubscriber' }
    })
  })

  test.each<[CallTarget['onBehalfOf'], Principal, string | undefined]>([
    ['namedUser', TECHNICAL, 'ERR_USER_TOKEN_REQUIRED'],
    ['namedUser', ANONYMOUS, 'ERR_USER_TOKEN_REQUIRED'],
    ['namedUser', named('t1', 1), 'ERR_TOKEN_EXPIRES'],
    ['currentUser', named('t1', 1), 'ERR_TOKEN_EXPIRES'],
    ['namedUser', named('t2'), 'ERR_TENANT_MISMATCH'],
    ['currentUser', named('t2'), 'ERR_TENANT_MISMATCH'],
    [undefined, named('t2'), 'ERR_TENANT_MISMATCH'],
    ['systemUser', named('t2'), undefined],
    ['systemUserProvider', named('t2', 1), undefined]
  ])('for %s is refused, or not, where %j is current: %s', (onBehalfOf, current, code) => {
    expect(refusal(() => callingPrincipal(target(onBehalfOf), current, 't1'))?.code).toBe(code)
  })
})

test.each<[Principal, CallTarget['onBehalfOf'], string | undefined]>([
  [TECHNICAL, 'namedUser', 'ERR_USER_TOKEN_REQUIRED'],
  [ANONYMOUS, 'namedUser', 'ERR_USER_TOKEN_REQUIRED'],
  [TECHNICAL, undefined, undefined],
  [ANONYMOUS, undefined, undefined],
  [ALICE, undefined, 'ERR_CLIENT_NOT_ALLOWED']
])('a list of clients is about users only: %j for %s', (current, onBehalfOf, code) => {
  const withClients = { ...target(onBehalfOf), clients: ['sb-agent!t1'] }
  expect(refusal(() => callingPrincipal(withClients, current, 't1'))?.code).toBe(code)
})

describe('what is known about a refusal', () => {
  const facts = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return (error as PropagationError).explanation
    }
    return undefined
  }

  test.each<[string, () => unknown]>([
    ['named', () => callingPrincipal(target('namedUser'), named('t1', 1), 't1')],
    ['named', () => callingPrincipal(target('namedUser'), named('t2'), 't1')],
    ['technical', () => callingPrincipal(target('namedUser'), TECHNICAL, 't1')],
    ['anonymous', () => callingPrincipal(target('namedUser'), ANONYMOUS, 't1')]
  ])('has the service and its kind of principal: %s', (principal, work) => {
    expect(facts(work)).toMatchObject({ service: 'S4', principal })
  })

  test.each([technicalDestination, userBoundDestination])(
    'has the destination, if that has a name: %p',
    (error) => {
      const known = { service: 'S4', destination: 'D' }
      expect(error(target('namedUser'), { name: 'D' }).explanation).toMatchObject(known)
      const { explanation } = error(target('namedUser'), { name: null })
      expect(explanation).not.toHaveProperty('destination')
    }
  )
})

describe('a token speaks for its own tenant only', () => {
  test('and says so', () => {
    expect(
      refusal(() => {
        checkTenant('S4', ALICE, 't2')
      })
    ).toEqual({
      ...{ code: 'ERR_TENANT_MISMATCH', status: 403 },
      message:
        '"S4" is called in the context of another tenant than that of the user\'s token (sent a context of tenant t2 ≠ ' +
        'expected tenant t1 of the token). Nothing was sent. ' +
        'Use the tenant of the request, or give work for other tenants a technical destination.'
    })
  })

  test.each<[Principal, string | undefined]>([
    [ALICE, 't1'],
    [ALICE, undefined],
    [named(), 't1'],
    [TECHNICAL, 't2'],
    [ANONYMOUS, 't2']
  ])('and nothing is wrong with %j in tenant %s', (principal, tenant) => {
    expect(
      refusal(() => {
        checkTenant('S4', principal, tenant)
      })
    ).toBeUndefined()
  })
})

describe('a named user is needed', () => {
  test('until the second in which the token ends', () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(inAnHour * 1000 - 1)
    try {
      expect(requireNamedUser('S4', ALICE)).toBe(ALICE)
      now.mockReturnValue(inAnHour * 1000)
      expect(refusal(() => requireNamedUser('S4', ALICE))).toEqual({
        ...{ code: 'ERR_TOKEN_EXPIRES', status: 401 },
        message:
          '"S4" is called on behalf of a named user whose token has expired since the request came (sent a token that ' +
          'ended 0 s ago). ' +
          'Nothing was sent. Let the client repeat the request with a new token.'
      })
    } finally {
      now.mockRestore()
    }
  })

  test.each<[Principal, string]>([
    [
      ANONYMOUS,
      'anonymous (no credentials, or no request at all). Nothing was sent. Call it while a request of the user is handled, ' +
        "or protect the service that calls it (@requires). A route of the application's own needs cds.middlewares.before in " +
        "front of it: app.use('/path', cds.middlewares.before)."
    ],
    [
      TECHNICAL,
      'a technical user (a client_credentials token). Nothing was sent. Let the caller send a token of the user ' +
        '(authorization code, password or jwt-bearer grant), or give background work a required service of its own with a ' +
        'technical destination.'
    ],
    [
      { kind: 'technical', origin: 'custom', tenant: 't1' },
      'a user object without the "authInfo" of a validated token. Nothing was sent. Call it with the user object of the ' +
        'request, which may be changed, or with a copy that keeps its "authInfo": new cds.User({ ...user, id }).'
    ],
    [
      { kind: 'technical', origin: 'privileged', tenant: 't1' },
      'the privileged user (cds.User.privileged). Nothing was sent. Call it as the user of the request (not in cds.spawn, a ' +
        'queue or a transaction of another user), or give background work a required service of its own with a technical ' +
        'destination.'
    ]
  ])('and %j is none', (principal, text) => {
    expect(refusal(() => requireNamedUser('S4', principal))).toEqual({
      ...{ code: 'ERR_USER_TOKEN_REQUIRED', status: 403 },
      message: `"S4" is called on behalf of a named user, but the current identity is ${text}`
    })
  })
})

describe('a destination of another kind', () => {
  const of = (onBehalfOf: CallTarget['onBehalfOf'], more: object) =>
    [target(onBehalfOf), { name: 'D', authentication: 'BasicAuthentication', ...more }] as const

  test('would lose the user', () => {
    const text = (current: string) =>
      `${current}, but destination "D" has Authentication "BasicAuthentication": the user would be lost (sent Authentication "BasicAuthentication" ≠ ` +
      'expected one that propagates users). Nothing was sent. ' +
      'Set Authentication to PrincipalPropagation (on premise) or a user token exchange, or remove "onBehalfOf".'
    expect(technicalDestination(...of('namedUser', {}))).toMatchObject({
      ...{ code: 'ERR_DESTINATION_TECHNICAL', message: text('"S4" has onBehalfOf "namedUser"') }
    })
    expect(technicalDestination(...of('currentUser', {})).message).toBe(
      text('"S4" has onBehalfOf "currentUser" and a named user is current')
    )
  })

  test('would propagate whoever is current', () => {
    const text = (how: string) =>
      `"S4" has onBehalfOf "systemUser", but destination "D" has ${how}, which propagates users and has no technical user ` +
      `(sent ${how} ≠ expected a technical one). ` +
      'Nothing was sent. Name a destination with a technical identity: OAuth2ClientCredentials, BasicAuthentication or ' +
      'ClientCertificateAuthentication, on premise also OAuth2TechnicalUserPropagation.'
    const authentication = 'PrincipalPropagation'
    expect(userBoundDestination(...of('systemUser', { authentication }))).toMatchObject({
      ...{
        code: 'ERR_DESTINATION_USER_BOUND',
        message: text('Authentication "PrincipalPropagation"')
      }
    })
    expect(userBoundDestination(...of('systemUser', { forwardAuthToken: true })).message).toBe(
      text('"forwardAuthToken"')
    )
  })
})
