import { cap } from '../../../../src/cap.js'
import type { ConfigurationError, PropagationError } from '../../../../src/errors.js'
import { callingPrincipal } from '../../../../src/remote/policy/caller.js'
import { callPolicy } from '../../../../src/remote/policy/options.js'
import { type Principal, TokenPrincipal } from '../../../../src/user/principal.js'

const AGENT = 'sb-agent!t1'

beforeAll(() => {
  const { requires } = cap.env
  requires.auth = { kind: 'principal', credentials: { clientid: 'sb-own!t1' } } as never
  requires.identity = { credentials: { clientid: 'own-identity' } } as never
})
afterAll(() => {
  delete cap.env.requires.auth
  delete cap.env.requires.identity
})

const through = (client?: string, actor?: string, issuers: object = {}) =>
  new TokenPrincipal({
    ...{ userId: 'alice', tenant: 't1', issuer: 'xsuaa', client, actor, bearerToken: 'x' },
    ...issuers,
    expiresAt: Math.floor(Date.now() / 1000) + 3600
  })

const outcome = (principal: Principal, clients: unknown, onBehalfOf?: string) => {
  try {
    const policy = callPolicy('S4', { clients, onBehalfOf })
    callingPrincipal({ name: 'S4', ...policy }, principal, 't1')
    return 'allowed'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** The error that stops the start. */
const startProblem = (clients: unknown) => {
  try {
    callPolicy('S4', { clients })
  } catch (error) {
    return error as ConfigurationError
  }
  throw new Error('it starts')
}

const REFUSED = 'ERR_CLIENT_NOT_ALLOWED'

test.each([
  [AGENT, undefined, [AGENT], 'allowed'],
  [AGENT, undefined, ['$own', AGENT], 'allowed'],
  ['sb-own!t1', undefined, ['$own'], 'allowed'],
  ['own-identity', undefined, ['$own'], 'allowed'],
  [AGENT, undefined, undefined, 'allowed'],
  [AGENT, undefined, null, 'allowed'],
  [undefined, undefined, undefined, 'allowed'],
  [AGENT, undefined, ['$own'], REFUSED],
  ['sb-agent!t12', undefined, [AGENT], REFUSED],
  ['SB-AGENT!t1', undefined, [AGENT], REFUSED],
  ['$own', undefined, ['$own'], REFUSED],
  [undefined, undefined, ['$own', AGENT], REFUSED],
  [AGENT, 'other', [AGENT], REFUSED],
  [AGENT, '', [AGENT], REFUSED],
  [AGENT, 'other', [AGENT, 'other'], 'allowed'],
  ['other', AGENT, [AGENT], REFUSED]
])('client %s, actor %s, of %j: %s', (client, actor, clients, expected) => {
  for (const onBehalfOf of ['namedUser', 'currentUser', undefined]) {
    expect(outcome(through(client, actor), clients, onBehalfOf)).toBe(expected)
  }
})

test.each([
  [{ issuer: 'xsuaa' }, 'allowed'],
  [{ issuer: 'ias' }, 'allowed'],
  [{ issuer: 'delegation', clientIssuer: 'xsuaa' }, 'allowed'],
  [{ issuer: 'delegation', clientIssuer: 'ias' }, 'allowed'],
  [{ issuer: 'keycloak' }, REFUSED],
  [{ issuer: 'xsuaa', clientIssuer: 'keycloak' }, REFUSED]
])('a client of %j that is called like the own one: %s', (issuers, expected) => {
  expect(outcome(through('sb-own!t1', undefined, issuers), ['$own'])).toBe(expected)
  expect(outcome(through('sb-own!t1', undefined, issuers), ['sb-own!t1'])).toBe('allowed')
})

test('a technical user is not concerned', () => {
  const technical: Principal = { kind: 'technical', origin: 'token', tenant: 't1', client: AGENT }
  expect(outcome(technical, ['$own'], 'currentUser')).toBe('allowed')
})

test('the refusal names the client and the list, and is 403', () => {
  const target = { name: 'S4', onBehalfOf: 'namedUser', clients: ['$own'] } as const
  expect(() => callingPrincipal(target, through(AGENT), 't1')).toThrow(
    expect.objectContaining({
      code: REFUSED,
      status: 403,
      unrecoverable: true,
      message: expect.stringMatching(/sent client sb-agent!t1 ≠ expected \$own.*Nothing was sent/)
    })
  )
})

/** The error of a refused call. */
const refusalOf = (principal: Principal, clients: readonly string[]) => {
  try {
    callingPrincipal({ name: 'S4', onBehalfOf: 'namedUser', clients }, principal, 't1')
  } catch (error) {
    return error as PropagationError
  }
  return undefined
}

test.each([
  ['a client', AGENT, undefined, 'client sb-agent!t1'],
  ['no client', undefined, undefined, 'a token that names no client'],
  ['an empty client', '', undefined, 'a token that names no client'],
  ['an actor', 'sb-own!t1', 'other', 'actor other'],
  ['an actor, through another client', AGENT, 'other', 'client sb-agent!t1'],
  ['an empty actor', 'sb-own!t1', '', 'a token that names no actor']
])('the refusal of %s says what is not in the list', (_, client, actor, sent) => {
  expect(refusalOf(through(client, actor), ['$own', 'listed'])?.explanation).toEqual({
    hop: 'before the call',
    cause: '"S4" is called for a user who came through a client that may not act as the user there',
    service: 'S4',
    principal: 'named',
    sent,
    expected: '$own or listed',
    fix: 'Nothing was sent. If the client may act as the user there, add it to cds.requires.S4.clients.'
  })
})

test('without bindings, nobody came through the application itself', () => {
  const { auth, identity } = cap.env.requires
  try {
    for (const none of [undefined, { kind: 'principal' }, { credentials: {} }]) {
      Object.assign(cap.env.requires, { auth: none, identity: none })
      expect(refusalOf(through(), ['$own'])?.code).toBe(REFUSED)
      expect(refusalOf(through('sb-own!t1'), ['$own'])?.code).toBe(REFUSED)
      expect(refusalOf(through('sb-own!t1', undefined), ['$own', 'sb-own!t1'])).toBeUndefined()
    }
  } finally {
    Object.assign(cap.env.requires, { auth, identity })
  }
})

test.each<[unknown, string | undefined]>([
  [[], 'an empty list'],
  ['sb-agent!t1', undefined],
  [[AGENT, 1], undefined],
  [[AGENT, ' '], undefined]
])('%j is no list, and the error says what is one', (clients, sent) => {
  const { explanation } = startProblem(clients)
  expect(explanation).toEqual({
    hop: expect.any(String) as string,
    cause: 'cds.requires.S4.clients is no list of client ids',
    ...(sent && { sent }),
    expected: 'ids of OAuth clients, or "$own" for those of the application\'s own bindings',
    fix: 'Name the clients that may act as the user, or leave the option out: then all may.'
  })
})

test.each<[unknown, RegExp]>([
  [[], /an empty list/],
  ['sb-agent!t1', /no list of client ids/],
  [[1], /no list of client ids/],
  [[' '], /no list of client ids/],
  [{}, /no list of client ids/],
  [['$self'], /has "\$self": did you mean "\$own"/]
])('%j stops the start', (clients, text) => {
  expect(() => callPolicy('S4', { clients })).toThrow(text)
  expect(() => callPolicy('S4', { clients })).toThrow(/cds\.requires\.S4\.clients/)
})

test.each(['systemUser', 'systemUserProvider'])('%s is never called as the user', (onBehalfOf) => {
  expect(() => callPolicy('S4', { clients: ['$own'], onBehalfOf })).toThrow(/has no effect/)
})
