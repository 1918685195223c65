import { join } from 'node:path'

import { RunningSample } from '../support/running-sample.js'
import { withoutMetadata } from '../support/challenge.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const PROBE = '/odata/v4/probe'
const PUMP = { id: '10000000', name: 'Changed' }

let sample: RunningSample

beforeAll(async () => {
  sample = await RunningSample.start({ extra: join(__dirname, 'probe') })
})
afterAll(() => sample.stop())

describe('without a named user nothing leaves', () => {
  test('a client_credentials token is 403, with a code in the log, and the proxy sees no connection', async () => {
    const application = await sample.as()
    const { result, entries, connections } = await sample.recorded(() =>
      application.patch(`${EQUIPMENT}('${PUMP.id}')`, { name: PUMP.name })
    )
    expect(result.status).toBe(403)
    expect(result.body).toEqual({
      error: expect.objectContaining({
        code: 'ERR_USER_TOKEN_REQUIRED',
        message: 'Forbidden'
      }) as unknown
    })
    expect(withoutMetadata(result.headers['www-authenticate'])).toBe(
      'Bearer error="insufficient_scope"'
    )
    expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
    await sample.sample.printed(
      /ERR_USER_TOKEN_REQUIRED · [^·]+ · "API_EQUIPMENT".*client_credentials token.*correlation id/
    )
  })

  test.each([
    ['spawned', /the privileged user \(cds\.User\.privileged\)/, /not in cds\.spawn/],
    [
      'privileged',
      /the privileged user \(cds\.User\.privileged\)/,
      /a transaction of another user/
    ],
    ['withoutRequest', /anonymous \(no credentials, or no request at all\)/, /protect the service/]
  ])('%s: the error says who is current and what to do', async (action, who, what) => {
    const alice = await sample.as('alice')
    await alice.get(`${EQUIPMENT}?$top=1`) // she has called S/4 before, with the same token
    const { result, entries, connections } = await sample.recorded(() =>
      alice.post(`${PROBE}/${action}`, PUMP)
    )
    expect(result).toMatchObject({ status: 200, body: { code: 'ERR_USER_TOKEN_REQUIRED' } })
    expect(result.body.message).toMatch(who)
    expect(result.body.message).toMatch(what)
    expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
  })
})

test.each([['throughThis'], ['throughOtherThis']])(
  'what a handler gets as `this` is no way around: %s',
  async (action) => {
    const [alice, bob] = [await sample.as('alice'), await sample.as('bob')]
    await alice.get(`${EQUIPMENT}?$top=1`)
    const { result, entries } = await sample.recorded(() => bob.post(`${PROBE}/${action}`, PUMP))
    expect(result.body).toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    expect(entries.filter(({ method }) => method !== 'GET')).toEqual([])
  }
)

test('a token speaks for its own tenant only', async () => {
  const alice = await sample.as('alice')
  const { result, entries } = await sample.recorded(() => alice.post(`${PROBE}/otherTenant`, PUMP))
  expect(result.body).toMatchObject({ code: 'ERR_TENANT_MISMATCH' })
  expect(entries).toEqual([])
})

describe('requests without an accepted token', () => {
  test('no token: 401 with a bare challenge', async () => {
    const answer = await sample.with().get(EQUIPMENT)
    expect(answer.status).toBe(401)
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe('Bearer')
  })

  test('a forged token: 401 invalid_token', async () => {
    const token = await sample.emulator.issueToken({ user: 'alice' })
    const forged = token.replace(/\.[^.]+$/, `.${Buffer.from('forged').toString('base64url')}`)
    const answer = await sample.with(`Bearer ${forged}`).get(EQUIPMENT)
    expect(answer.status).toBe(401)
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe('Bearer error="invalid_token"')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('an expired token: 401 invalid_token, ERR_TOKEN_EXPIRED in the log', async () => {
    const token = await sample.emulator.issueToken({ user: 'alice', expiresIn: -61 })
    const answer = await sample.with(`Bearer ${token}`).get(EQUIPMENT)
    expect(answer.status).toBe(401)
    await sample.sample.printed(/ERR_TOKEN_EXPIRED/)
  })

  test('Basic credentials are not for a bound XSUAA', async () => {
    const answer = await sample
      .with(`Basic ${Buffer.from('alice:').toString('base64')}`)
      .get(EQUIPMENT)
    expect(answer.status).toBe(401)
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe('Bearer')
  })
})

test('a token that expires between the request and the call is not sent', async () => {
  // accepted within the leeway of 60 seconds, and over when S/4 is called
  const token = await sample.emulator.issueToken({ user: 'alice', expiresIn: -1 })
  const { result, entries, connections } = await sample.recorded(() =>
    sample.with(`Bearer ${token}`).get(`${EQUIPMENT}?$top=1`)
  )
  expect(result.status).toBe(401)
  expect(withoutMetadata(result.headers['www-authenticate'])).toBe('Bearer error="invalid_token"')
  expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
  await sample.sample.printed(/ERR_TOKEN_EXPIRES/)
})

test('no token was printed', async () => {
  expect(await sample.sample.output()).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
})
