import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startEmulator, type Emulator } from '../../src/index.js'
import { credentials } from '../support/http.js'
import { withBackend } from '../support/maintenance.js'
import type { ClientTask } from '../support/sap-client.js'

/** Runs the SAP libraries in a process that trusts this emulator, with nothing but its bindings. */
async function runClient(emulator: Emulator, tokens: Record<string, string>): Promise<any> {
  const child = fork(join(__dirname, '../support', 'sap-client.ts'), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const { ca } = emulator
  const task: ClientTask = { ca, vcapServices: emulator.vcapServices(), tokens }
  child.send(task)
  const [results] = await once(child, 'message')
  await once(child, 'exit')
  return results
}

let emulator: Emulator
let results: any

beforeAll(async () => {
  emulator = await startEmulator(withBackend)
  const token = await emulator.issueToken({ user: 'alice' })
  results = await runClient(emulator, {
    alice: token,
    bob: await emulator.issueToken({ user: 'bob' }),
    technical: await emulator.issueToken({}),
    expired: await emulator.issueToken({ user: 'alice', expiresIn: -3600 }),
    changed: token.slice(0, -10) + 'AAAAAAAAAA',
    foreign: await emulator.issueToken({
      user: 'alice',
      client: 'destination',
      claims: { scope: [], aud: ['x'] }
    }),
    otherTenant: await emulator.issueToken({ user: 'alice', claims: { zid: 'other' } })
  })
})
afterAll(() => emulator.stop())

describe('@sap/xssec', () => {
  it('accepts a user token, with its scopes', () => {
    expect(results.alice.xssec).toEqual({
      userName: 'alice',
      zid: credentials(emulator)['tenantid'],
      email: 'alice@example.com',
      isTechnician: true
    })
  })

  it('accepts a technical token', () => {
    expect(results.technical.xssec).toMatchObject({ isTechnician: false })
  })

  it.each([
    ['expired', /expired/i],
    ['changed', /signature/i],
    ['foreign', /audience/i],
    ['otherTenant', /zid|tenant|audience|400/i]
  ])('refuses a token that is %s', (name, message) => {
    expect(results[name].xssec.error).toMatch(message)
  })

  it('exchanges a user token', () => {
    expect(results.exchange).toEqual(
      expect.arrayContaining(['access_token', 'expires_in', 'token_type'])
    )
  })
})

describe('Cloud SDK', () => {
  it('finds the destination', () => {
    expect(results.alice.destination).toEqual({
      url: 'http://s4.internal:44300',
      authentication: 'PrincipalPropagation',
      sapClient: '100',
      hasProxy: true
    })
  })

  it('calls the backend as the user of the token', () => {
    expect(results.alice.s4).toBe('CN=alice')
    expect(results.bob.s4).toBe('CN=bob')
  })

  it('calls it as the client for a technical token: nothing stops it', () => {
    expect(results.technical.s4).toBe('CN=sb-maintenance!t1')
  })

  it('gets 401 for an expired user token', () => {
    expect(results.expired.s4.error).toMatch(/401/)
  })
})
