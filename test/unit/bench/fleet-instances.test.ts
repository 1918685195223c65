import { once } from 'node:events'
import { createServer } from 'node:http'

import { Findings } from '../../../bench/fleet/checks/findings.js'
import { wrongWithEnd } from '../../../bench/fleet/checks/graceful-end.js'
import { ownEnd } from '../../../bench/fleet/checks/own-end.js'
import { type FailedCall, Troubles } from '../../../bench/fleet/faults/troubles.js'
import { Instances } from '../../../bench/fleet/servers/instances.js'
import { FOR_NONE } from '../../../bench/fleet/load/sending.js'
import { type Sample, type SampleOptions, startSample } from '../../support/sample.js'

jest.mock('../../support/sample.js', () => ({ startSample: jest.fn() }))

/** How a process ends that is told to. */
const WELL = { status: 503, exitCode: 0, prints: 'the instance ends: not ready any more' }
let ending: typeof WELL

/** What the last process that was started does when it ends by itself. */
let die: (prints: string) => Promise<void>
let started: () => unknown

/** A process that answers what a test says. */
async function startFake({ env = {} }: SampleOptions): Promise<Sample> {
  let [status, printed] = [200, '']
  const server = createServer((_, res) => res.writeHead(status).end())
  await once(server.listen(Number(env['PORT'])), 'listening')
  const ended = once(server, 'close').then(() => undefined)
  const close = () => {
    server.close()
    return ended
  }
  die = async (prints) => {
    printed = prints
    await close()
  }
  started()
  return {
    ...{ url: '', folder: '', ended, stop: close, kill: close },
    output: () => Promise.resolve(printed),
    printed: () => Promise.resolve(),
    terminate: async () => {
      status = ending.status
      await once(server, 'request')
      await die(ending.prints)
      return ending.exitCode
    }
  }
}

let findings: Findings
let troubles: Troubles
let instances: Instances
beforeEach(async () => {
  ending = WELL
  started = () => undefined
  findings = new Findings()
  troubles = new Troubles()
  jest.mocked(startSample).mockImplementation(startFake)
  instances = await Instances.start(1, {} as never, { findings, troubles })
})
afterEach(async () => {
  await instances.stop()
  jest.restoreAllMocks()
})

const report = () => {
  troubles.judge()
  return findings.toString()
}

test('a kill is felt while it happens, and for a second: not while it waits, nor until the next process is there', async () => {
  const lost: Omit<FailedCall, 'from' | 'to'> = {
    ...{ isWrite: true, needsDatabase: false, needs: FOR_NONE, status: 502 },
    ...{ isWithoutInstance: true, isLate: false, hasUnknownKey: false }
  }
  let now = 100_000
  jest.spyOn(Date, 'now').mockImplementation(() => now)
  let second: Promise<void> | undefined
  await instances.crash(0, () => {
    now = 110_000
    second = instances.crash(0, () => Promise.resolve())
    now = 120_000
    return Promise.resolve()
  })
  started = () => (now = 130_000)
  await second
  const failed: number[] = []
  for (const from of [100_000, 105_000, 115_000, 120_900, 121_100, 125_000])
    troubles.add({ ...lost, from, to: from + 10 }, () => failed.push(from))
  expect(report()).toBe('')
  expect(failed).toEqual([105_000, 115_000, 121_100, 125_000])
})

describe('an instance that was told to end', () => {
  test.each<[string, Partial<typeof WELL>]>([
    ['', {}],
    ['it has not said that it is not ready', { status: 200 }],
    ['its exit code is 1', { exitCode: 1 }],
    ['it had work under way', { prints: 'the instance ends with work under way after 30 seconds' }],
    ['has ended by itself\n    Uncaught Error: x', { prints: 'Uncaught Error: x' }]
  ])('findings: %p', async (expected, changes) => {
    ending = { ...WELL, ...changes }
    let isTold = false
    await instances.restart(0, () => (isTold = true))
    expect(isTold).toBe(true)
    if (expected) expect(report()).toContain(expected)
    else expect(report()).toBe('')
  })

  test('a finding: not in time, when it has to end itself', () => {
    const end = { exitCode: 0, milliseconds: 29_900, hasSaidNotReady: true, printed: '' }
    expect(wrongWithEnd(end)).toEqual([])
    expect(wrongWithEnd({ ...end, milliseconds: 30_001 })).toEqual(['it was not done in time'])
  })
})

const line = (message: string, at: string) =>
  `{"level":"error","msg":"Uncaught Error: ${message}\\n    at async ${at}"}\n{"msg":"server shutdown"}\n`
const STOCK =
  'PostgresService.rollback (/app/node_modules/@cap-js/db-service/lib/x.js:95:7)\\n    at emit (/app/node_modules/@sap/cds/lib/srv/srv-tx.js:1:1)'
const LOST = 'Connection terminated unexpectedly'

describe('an instance that CAP has ended for a lost connection', () => {
  const dieAndRevive = async () => {
    const revived = new Promise<void>((done) => (started = done))
    await die(line(LOST, STOCK))
    await revived
  }

  test('is counted, if PostgreSQL was away', async () => {
    troubles.note('database', Date.now() - 1_000, Date.now())
    await dieAndRevive()
    expect(report()).toBe('')
    expect(instances.endedByDatabase).toBe(1)
  })

  test('is a finding, if PostgreSQL was there', async () => {
    troubles.note('database', Date.now() - 60_000, Date.now() - 50_000)
    await dieAndRevive()
    expect(report()).toContain(`an instance has ended by itself\n    {"level":"error"`)
    expect(instances.endedByDatabase).toBe(0)
  })
})

test('CAP alone ends a process for a lost connection to PostgreSQL; any other end is its own', () => {
  const ofDatabase = (printed: string) => ownEnd(printed).isOfDatabase
  expect(ofDatabase(line(LOST, STOCK))).toBe(true)
  expect(ofDatabase(line(LOST, STOCK.replaceAll('/app/', '/x/cds-principal/')))).toBe(true)
  for (const [message, at] of [
    [LOST, `${STOCK}\\n    at issue (/app/dist/delegation/queue/issue.js:1:1)`],
    ['x is not a function', STOCK],
    [LOST, 'send (/app/node_modules/cds-principal/dist/x.js:1:1)']
  ] as const)
    expect(ownEnd(line(message, at))).toEqual({
      error: expect.stringContaining(message) as string,
      isOfDatabase: false
    })
  expect(ownEnd('one\ntwo\nthree\nfour')).toEqual({ error: 'two three four', isOfDatabase: false })
  const listed = (frame: string) =>
    `{"msg":"Uncaught Cannot read properties of null (reading 'stream')","stacktrace":["TypeError: x","at ParameterStream.flush (/app/node_modules/@cap-js/postgres/lib/PostgresService.js:867:10)","at ${frame}"],"type":"log"}`
  expect(ofDatabase(listed('doWrite (node:internal/streams/writable:600:12)'))).toBe(true)
  expect(ofDatabase(listed('send (/app/dist/remote/service.js:1:1)'))).toBe(false)
})
