import { noteCall, noteIssuer, principalHealth } from '../../../../src/lib/telemetry/health.js'

const call = (destination: string, outcome: string, code?: string) =>
  noteCall({ service: 'X', destination, outcome, code })

const stateOf = (name: string) => principalHealth().destinations[name]?.state

test('nothing is known before the first request', () => {
  expect(principalHealth()).toEqual({ status: 'unknown', issuers: {}, destinations: {} })
})

test('states are what calls have shown, with the time of the first and the last one', () => {
  call('S4', 'ok')
  const { since } = principalHealth().destinations['S4']!
  call('S4', 'ok')
  expect(principalHealth()).toEqual({
    status: 'up',
    issuers: {},
    destinations: { S4: { state: 'up', since, last: expect.any(String) } }
  })
})

test.each([
  ['ERR_REMOTE_UNREACHABLE', 'down'],
  ['ERR_DESTINATION_UNAVAILABLE', 'down'],
  ['ECONNRESET', 'down'],
  ['HTTP_503', 'down'],
  ['HTTP_500', 'up'],
  ['HTTP_404', 'up'],
  ['ERR_REMOTE_FORBIDDEN', 'up']
])('a call that fails with %s: %s', (code, state) => {
  call('OTHER', 'failed', code)
  expect(stateOf('OTHER')).toBe(state)
})

test('a call that was not sent says nothing', () => {
  call('REFUSED', 'refused', 'ERR_USER_TOKEN_REQUIRED')
  call('REFUSED', 'resolved')
  for (const code of ['ERR_REMOTE_LIMIT', 'ERR_REMOTE_HOST', 'ERR_REMOTE_PATH'])
    call('REFUSED', 'failed', code)
  expect(stateOf('REFUSED')).toBeUndefined()
})

test('a destination that is down degrades, an issuer that is down is worse, and both come back', () => {
  call('S4', 'failed', 'ERR_REMOTE_TIMEOUT')
  expect(principalHealth()).toMatchObject({
    status: 'degraded',
    destinations: { S4: { state: 'down', code: 'ERR_REMOTE_TIMEOUT' } }
  })
  noteIssuer('xsuaa', 'ERR_ISSUER_UNAVAILABLE')
  expect(principalHealth().status).toBe('down')
  noteIssuer('xsuaa')
  call('S4', 'ok')
  expect(principalHealth()).toMatchObject({ status: 'up', issuers: { xsuaa: { state: 'up' } } })
  expect(principalHealth().destinations['S4']).not.toHaveProperty('code')
})

test('names cannot change the prototype, and their number has an end', () => {
  call('__proto__', 'ok')
  expect(Object.getPrototypeOf(principalHealth().destinations)).toBe(Object.prototype)
  for (let i = 0; i < 600; i++) call(`D${i}`, 'ok')
  expect(Object.keys(principalHealth().destinations)).toHaveLength(500)
})
