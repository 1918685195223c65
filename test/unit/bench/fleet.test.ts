import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Emulator, ScriptedAnswer } from '../../../emulator/src/index.js'
import { readCommandLine, sharesUserTokens } from '../../../bench/fleet/command-line.js'
import { judgeLeftRows } from '../../../bench/fleet/checks/dead-letters.js'
import type { LeftRow } from '../../../bench/fleet/servers/database.js'
import { EndpointState } from '../../../bench/fleet/faults/platform.js'
import { isLate } from '../../../bench/fleet/http.js'
import { type Effect, type FailedCall, Troubles } from '../../../bench/fleet/faults/troubles.js'
import { Findings } from '../../../bench/fleet/checks/findings.js'
import type { InternetCall, InternetSystem } from '../../../bench/fleet/servers/internet.js'
import { type User, USERS } from '../../../bench/fleet/servers/landscape.js'
import { Ledger } from '../../../bench/fleet/checks/ledger.js'
import { FOR_INTERNET, FOR_NONE, FOR_S4 } from '../../../bench/fleet/load/sending.js'
import { Random } from '../../../bench/fleet/random.js'

const CI = join(__dirname, '../../../.ci/run')

const userOf = (name: string, tenant: string) =>
  USERS.find((each) => each.name === name && each.tenant === tenant) as User
const alice = userOf('alice', 'customer-1')

let findings: Findings
let ledger: Ledger
beforeEach(() => {
  findings = new Findings()
  ledger = new Ledger(findings)
})

type Change = [user: string, event: string, id: string, name?: string]

/** Lets the ledger read records: changes in S/4 by tenant, and calls of the internet. */
async function read(changes: Record<string, Change[]>, calls: InternetCall[] = []) {
  const system = (_: string, tenant = '') => ({
    audit: () =>
      Promise.resolve(
        (changes[tenant] ?? []).map(([user, event, Equipment, EquipmentName]) => ({
          ...{ user, event, key: { Equipment }, values: { EquipmentName } }
        }))
      )
  })
  const vcapServices = () => ({ xsuaa: [{ credentials: { zoneid: 'the-provider' } }] })
  await ledger.read(
    { system, vcapServices } as unknown as Emulator,
    {
      takeCalls: () => calls
    } as unknown as InternetSystem
  )
  ledger.conclude()
  return findings.toString()
}

test('work of its author, in its tenant, as often as acknowledged: no finding', async () => {
  ledger.ask('create', 'F1', alice)()
  ledger.ask('rename', 'F1 Renamed F3', alice)
  ledger.ask('plan', 'F1', alice)()
  ledger.ask('internet', 'F2', alice, true)()
  const own = { tenant: 'customer-1', destination: 'customer-1' }
  const found = await read(
    {
      'customer-1': [
        ['ALICE', 'CREATE', 'F1'],
        ['ALICE', 'UPDATE', 'F1', 'Renamed F3'],
        ['ALICE', 'UPDATE', 'F1', 'As planned']
      ]
    },
    [{ marker: 'F2', user: null, ...own }]
  )
  expect(found).toBe('')
  expect(ledger.summary()).toEqual({
    ...{ recorded: 4, acknowledged: 3, executedUnknown: 1, notExecutedUnknown: 0 }
  })
})

test('a rename that happened twice is not hidden by another one that did not happen', async () => {
  const twice: Change = ['ALICE', 'UPDATE', 'F1', 'Renamed F2']
  ledger.ask('rename', 'F1 Renamed F2', alice)()
  ledger.ask('rename', 'F1 Renamed F3', alice)
  expect(await read({ 'customer-1': [twice, twice] })).toContain(
    'executed more often than asked for\n    rename F1 Renamed F2'
  )
})

test.each<[string, Record<string, Change[]>]>([
  ['a wrong author or tenant', { 'customer-1': [['BOB', 'CREATE', 'F1']] }],
  ['a wrong author or tenant', { 'customer-2': [['ALICE', 'CREATE', 'F1']] }],
  ['acknowledged or queued work is lost', {}],
  [
    'executed more often than asked for',
    {
      'customer-1': [
        ['ALICE', 'CREATE', 'F1'],
        ['ALICE', 'CREATE', 'F1']
      ]
    }
  ],
  ['something that nobody asked for', { 'customer-1': [['ALICE', 'CREATE', 'F9']] }]
])('a finding: %s', async (text, changes) => {
  ledger.ask('create', 'F1', alice)()
  expect(await read(changes)).toContain(text)
})

test.each<Partial<InternetCall>>([
  { user: 'bob' },
  { user: null },
  { tenant: 'customer-2' },
  { destination: 'customer-2' }
])('a call of the internet with %p has a wrong author or tenant', async (wrong) => {
  ledger.ask('internet', 'F1', alice)()
  const right = { marker: 'F1', user: 'alice', tenant: 'customer-1', destination: 'customer-1' }
  expect(await read({}, [{ ...right, ...wrong }])).toContain('a wrong author or tenant')
})

test('a call of the internet for the provider has the tenant of the provider', async () => {
  const call = { user: 'alice', tenant: 'the-provider', destination: 'provider' }
  const provider = userOf('alice', '')
  ledger.ask('internet', 'F1', provider)()
  expect(await read({}, [{ ...call, marker: 'F1' }])).toBe('')
  ledger.ask('internet', 'F2', provider)()
  const found = await read({}, [{ ...call, marker: 'F2', tenant: 'customer-2' }])
  expect(found).toContain('F2 is of alice of "": token of "customer-2"')
})

test('a planned change that was in the queue is missing, also if nobody has acknowledged it', async () => {
  ledger.ask('plan', 'F1', alice)
  ledger.ask('plan', 'F2', alice)
  ledger.queued(['F1', ''])
  expect(ledger.missing()).toEqual(['plan F1'])
  expect(await read({ 'customer-1': [['ALICE', 'UPDATE', 'F1', 'As planned']] })).toBe('')
})

describe('a failed call', () => {
  const call: FailedCall = {
    ...{ from: 10, to: 20, isWrite: false, needsDatabase: false, status: 502 },
    ...{ needs: FOR_S4, isWithoutInstance: false, isLate: false, hasUnknownKey: false }
  }
  const write = { ...call, isWrite: true }
  const lost = { ...write, isWithoutInstance: true }

  /** True if a fault between 0 and 15 explains the call. */
  function isExplained(effect: Effect, failed: FailedCall): boolean {
    const troubles = new Troubles()
    troubles.note(effect, 0, 15)
    const report = jest.fn()
    troubles.add(failed, report)
    troubles.judge()
    return report.mock.calls.length === 0
  }

  test.each<[string, boolean, Effect, FailedCall]>([
    ['a write without an answer', true, 'killed', lost],
    ['a write that loses its answer later', false, 'killed', { ...lost, to: 5_016 }],
    ['a write that hangs', false, 'killed', { ...lost, isLate: true }],
    ['a write that an instance has answered', false, 'killed', write],
    ['a read', false, 'killed', { ...call, isWithoutInstance: true }],
    ['a call of the database', true, 'database', { ...call, needsDatabase: true, status: 500 }],
    ['another call', false, 'database', { ...call, status: 500 }],
    ['an error of the platform', true, 'connectivity', call],
    ['no answer of an instance', false, 'destination', lost],
    ['a refused token', false, 'destination', { ...call, status: 401 }],
    ['an error that is not of a remote service', false, 'destination', { ...call, status: 500 }],
    ['a token with a new key', true, 'keys', { ...call, status: 401, hasUnknownKey: true }],
    ['another refused token', false, 'keys', { ...call, status: 401 }],
    ['a call that began after the end', false, 'xsuaa/token', { ...call, from: 16 }],
    ['a call of the internet', true, 'xsuaa/token', { ...call, needs: FOR_INTERNET }],
    ['one that needs no proxy', false, 'connectivity', { ...call, needs: FOR_INTERNET }],
    ['one that needs no platform', false, 'destination', { ...call, needs: FOR_NONE }]
  ])('%s is explained by its fault: %p', (_, expected, effect, failed) => {
    expect(isExplained(effect, failed)).toBe(expected)
  })

  test('that begins before everything works again is explained', async () => {
    const troubles = new Troubles()
    const report = jest.fn()
    const add = () => troubles.add({ ...call, from: Date.now(), to: Date.now() }, report)
    const recovered = () => Promise.resolve(add())
    await troubles.during('destination', () => Promise.resolve(), recovered)
    troubles.judge()
    expect(report).not.toHaveBeenCalled()
  })
})

test('a call that hangs is told from one whose connection has ended', () => {
  const [body, nginx] = ['', '<center>nginx</center>']
  expect(isLate({ status: 0, code: 'TIMEOUT', body })).toBe(true)
  expect(isLate({ status: 504, code: 'nginx', body: nginx })).toBe(true)
  expect(isLate({ status: 0, code: 'ECONNRESET', body })).toBe(false)
  expect(isLate({ status: 504, code: 'ERR_REMOTE_TIMEOUT', body })).toBe(false)
})

describe('work that the queue has given up', () => {
  const row: LeftRow = {
    ...{ attempts: 24, status: null, error: 'x', isOutcome: true, equipment: 'F1' },
    ...{ state: 'sent', sentAt: 100_000, lastAttempt: 130_000, confirmedAt: null }
  }
  const lost = new Troubles()
  beforeAll(() => lost.losing(() => Promise.resolve()))
  const now = Date.now()
  const times = { sentAt: now - 1_000, lastAttempt: now + 1_000 }

  test('may have happened: its change is not missing', async () => {
    ledger.ask('plan', 'F1', alice)()
    const unknown = judgeLeftRows([{ ...row, ...times }], lost, findings)
    expect([...unknown]).toEqual(['F1'])
    expect(ledger.conclude(unknown)).toBe(0)
    expect(findings.isEmpty).toBe(true)
  })

  test('may have happened, since S/4 has cut the answer', () => {
    judgeLeftRows([{ ...row, equipment: 'F1X' }], new Troubles(), findings)
    expect(findings.isEmpty).toBe(true)
  })

  test.each<[string, Partial<LeftRow>]>([
    ['no outcome that is unknown', { isOutcome: false }],
    ['no outcome that is unknown', { equipment: null }],
    ['nothing was sent', { state: 'open' }],
    ['nothing was sent', { sentAt: null }],
    ['not repeated, although S/4 had confirmed that', { confirmedAt: now - 60_000 }],
    ['nothing was wrong while it was sent', { sentAt: 100_000, lastAttempt: 130_000 }]
  ])('a finding: %s', (text, changes) => {
    judgeLeftRows([{ ...row, ...times, ...changes }], lost, findings)
    expect(findings.toString()).toContain(text)
  })
})

describe('an endpoint', () => {
  let waiting: ScriptedAnswer[]
  let endpoint: EndpointState
  /** What the next request gets. */
  const next = () => {
    const { delay, status, reset } = waiting.shift() ?? {}
    return { delay, status, reset }
  }
  const AS_EVER = { delay: undefined, status: undefined, reset: undefined }

  beforeEach(() => {
    waiting = []
    const enqueue = (_: string, answer: ScriptedAnswer) => waiting.push(answer)
    endpoint = new EndpointState({ enqueue } as unknown as Emulator, 'destination')
  })

  test('that is away answers nobody, until it is over; then nothing is left of it', async () => {
    await endpoint.outage({ status: 503 }, () => {
      for (let i = 0; i < 200; i++) expect(next()).toEqual({ ...AS_EVER, status: 503 })
      return Promise.resolve()
    })
    expect(waiting.length).toBeGreaterThan(0)
    while (waiting.length) expect(next()).toEqual(AS_EVER)
  })

  test('that is late is so ten times, unless it is away in between', async () => {
    endpoint.slowDown(500)
    expect(next()).toEqual({ ...AS_EVER, delay: 500 })
    await endpoint.outage({ reset: true }, () => {
      expect(next()).toEqual({ ...AS_EVER, reset: true })
      return Promise.resolve()
    })
    expect(next()).toEqual(AS_EVER)
    endpoint.slowDown(700)
    const delays = Array.from({ length: 12 }, () => next().delay)
    expect(delays.filter(Boolean)).toEqual(Array(10).fill(700))
  })
})

test('a seed repeats its numbers; wrong options say so', () => {
  const numbers = (seed: number) => {
    const random = new Random(seed)
    return Array.from({ length: 5 }, () => random.below(1000))
  }
  expect(numbers(7)).toEqual(numbers(7))
  expect(numbers(7)).not.toEqual(numbers(8))
  expect(readCommandLine(['--seed', '7'])).toMatchObject({ seconds: 60, seed: 7 })
  expect(readCommandLine(['--calls', '9'])).toMatchObject({ seconds: undefined, calls: 9 })
  expect(readCommandLine(['--calls', 'many'])).toMatchObject({
    exitCode: 2,
    print: expect.stringContaining('--calls must be a whole number above 0') as string
  })
  expect([4, 5].map(sharesUserTokens)).toEqual([false, true])
  // else no token of a user is in Redis, and none can get to another one
  const [, seed] = / fleet .*--seed (\d+)/.exec(readFileSync(CI, 'utf8')) ?? []
  expect(sharesUserTokens(Number(seed))).toBe(true)
  expect(readCommandLine(['--help'])).toMatchObject({ exitCode: 0 })
})
