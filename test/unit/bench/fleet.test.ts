import type { Emulator } from '../../../emulator/src/index.js'
import { readCommandLine } from '../../../bench/fleet/command-line.js'
import { Troubles } from '../../../bench/fleet/faults/troubles.js'
import { Findings } from '../../../bench/fleet/findings.js'
import type { InternetCall, InternetSystem } from '../../../bench/fleet/internet.js'
import { type User, USERS } from '../../../bench/fleet/landscape.js'
import { Leaks } from '../../../bench/fleet/leaks.js'
import { Ledger } from '../../../bench/fleet/ledger.js'
import { ownEnd } from '../../../bench/fleet/own-end.js'
import { Random } from '../../../bench/fleet/random.js'

const userOf = (name: string, tenant: string) =>
  USERS.find((each) => each.name === name && each.tenant === tenant) as User
const alice = userOf('alice', 'customer-1')

let findings: Findings
let ledger: Ledger
beforeEach(() => {
  findings = new Findings()
  ledger = new Ledger(findings)
})

/** Lets the ledger read records: changes in S/4 by tenant, as user, event and id, and calls of the internet. */
async function read(
  changes: Record<string, [string, string, string][]>,
  calls: InternetCall[] = []
) {
  const system = (_: string, tenant = '') => ({
    audit: () =>
      Promise.resolve(
        (changes[tenant] ?? []).map(([user, event, Equipment]) => ({
          ...{ user, event, key: { Equipment } }
        }))
      )
  })
  await ledger.read(
    { system } as unknown as Emulator,
    {
      takeCalls: () => calls
    } as unknown as InternetSystem
  )
  ledger.conclude()
  return findings.toString()
}

test('work of its author, in its tenant, as often as acknowledged: no finding', async () => {
  ledger.ask('create', 'F1', alice)()
  ledger.ask('change', 'F1', alice)
  ledger.ask('internet', 'F2', alice, true)()
  const own = { tenant: 'customer-1', destination: 'customer-1' }
  const found = await read(
    {
      'customer-1': [
        ['ALICE', 'CREATE', 'F1'],
        ['ALICE', 'UPDATE', 'F1']
      ]
    },
    [{ marker: 'F2', user: null, ...own }]
  )
  expect(found).toBe('')
  expect(ledger.summary()).toEqual({
    ...{ acknowledged: 2, executedUnknown: 1, notExecutedUnknown: 0 }
  })
})

test.each<[string, Record<string, [string, string, string][]>]>([
  ['a wrong author or tenant', { 'customer-1': [['BOB', 'CREATE', 'F1']] }],
  ['a wrong author or tenant', { 'customer-2': [['ALICE', 'CREATE', 'F1']] }],
  ['acknowledged work is lost', {}],
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

test('secrets and tokens are found; records of delegations may be in PostgreSQL', () => {
  const leaks = new Leaks(findings, { 'the password of Redis': 'p4ssw0rd-of-redis' })
  const token = (typ: string) =>
    `${Buffer.from(JSON.stringify({ alg: 'RS256', typ })).toString('base64url')}.${'x'.repeat(20)}`
  leaks.check('PostgreSQL', `"${token('delegation+jwt')}"`)
  expect(findings.isEmpty).toBe(true)
  leaks.check('the log', 'redis://:p4ssw0rd-of-redis@localhost')
  leaks.check('Redis', token('delegation+jwt'))
  leaks.check('PostgreSQL', token('JWT'))
  expect(findings.toString().match(/^- .*$/gm)).toEqual([
    '- 1 × the password of Redis is in the log',
    '- 1 × a token is in Redis',
    '- 1 × a token is in PostgreSQL'
  ])
})

test('a failed call is explained by a fault of its kind only', async () => {
  const troubles = new Troubles()
  const now = Date.now()
  const read = { from: now, to: now + 1_000_000, isWrite: false, needsDatabase: false }
  expect(troubles.explain(read, 502)).toBe(false)
  await troubles.during('killed', () => Promise.resolve())
  expect(troubles.explain(read, 502)).toBe(false)
  expect(troubles.explain({ ...read, isWrite: true }, 502)).toBe(true)
  await troubles.during('database', () => Promise.resolve())
  expect(troubles.explain(read, 500)).toBe(false)
  expect(troubles.explain({ ...read, needsDatabase: true }, 500)).toBe(true)
  await troubles.during('platform', () => Promise.resolve())
  expect(troubles.explain(read, 502)).toBe(true)
  expect(troubles.explain(read, 401)).toBe(false)
})

test('a seed repeats its numbers; wrong options say so', () => {
  const numbers = (seed: number) => {
    const random = new Random(seed)
    return Array.from({ length: 5 }, () => random.below(1000))
  }
  expect(numbers(7)).toEqual(numbers(7))
  expect(numbers(7)).not.toEqual(numbers(8))
  expect(readCommandLine(['--seed', '7'])).toEqual({ seconds: 60, calls: undefined, seed: 7 })
  expect(readCommandLine(['--calls', 'many'])).toMatchObject({
    exitCode: 2,
    print: expect.stringContaining('--calls must be a whole number above 0') as string
  })
  expect(readCommandLine(['--help'])).toMatchObject({ exitCode: 0 })
})

test('the end of an instance is a finding, unless CAP has it alone for a lost connection to PostgreSQL', () => {
  const line = (message: string, at: string) =>
    `{"level":"error","msg":"Uncaught Error: ${message}\\n    at async ${at}"}\n{"msg":"server shutdown"}\n`
  const stock =
    'PostgresService.rollback (/app/node_modules/@cap-js/db-service/lib/x.js:95:7)\\n    at emit (/app/node_modules/@sap/cds/lib/srv/srv-tx.js:1:1)'
  expect(ownEnd(line('Connection terminated unexpectedly', stock))).toBeUndefined()
  for (const [message, at] of [
    [
      'Connection terminated unexpectedly',
      `${stock}\\n    at issue (/app/dist/delegation/queue/issue.js:1:1)`
    ],
    ['x is not a function', stock],
    ['Connection terminated unexpectedly', 'send (/app/node_modules/cds-principal/dist/x.js:1:1)']
  ])
    expect(ownEnd(line(message as string, at as string))).toContain(message)
  expect(ownEnd('one\ntwo\nthree\nfour')).toBe('two three four')
})
