import cds from '@sap/cds'

import { cap } from '../../../../src/cap.js'
import { auditCall } from '../../../../src/remote/evidence/audit.js'
import type { PrincipalCall } from '../../../../src/remote/evidence/principal-call.js'
import { cdsRequires } from '../../destination/support/cds-requires.js'

const CONFIGURED = { 'audit-log': { kind: 'audit-log-to-x', impl: 'x' } }

/** Jobs with their contexts, which have been run. */
let jobs: { context: object; failed?: (error: unknown) => void }[]
let written: [string, object][]
let warnings: string[]
beforeEach(() => {
  jobs = []
  written = []
  warnings = []
  cdsRequires(CONFIGURED)
  const log = (event: string, entry: object) => Promise.resolve(void written.push([event, entry]))
  jest.spyOn(cap.connect, 'to').mockImplementation((name: string) => {
    expect(name).toBe('audit-log')
    return Promise.resolve({ log })
  })
  jest.spyOn(cap, 'spawn').mockImplementation(((context: object, work: () => Promise<void>) => {
    const job: (typeof jobs)[number] = { context }
    jobs.push(job)
    void work()
    return { on: (_: 'failed', failed: (error: unknown) => void) => (job.failed = failed) }
  }) as never)
  jest.spyOn(console, 'warn').mockImplementation((...words: unknown[]) => {
    warnings.push(words.join(' '))
  })
})
afterEach(() => {
  jest.restoreAllMocks()
})

const DELEGATION = { jti: '1', author: 'alice', issuedAt: 'i', expiresAt: 'e', attempt: 1 }

const call = (changes: Partial<PrincipalCall> = {}): PrincipalCall => ({
  ...{ service: 'S4', destination: 'D', authentication: 'NoAuthentication', user: 'alice' },
  ...{ onBehalfOf: 'namedUser', client: undefined, actor: undefined, tenant: 't1', duration: 1 },
  ...{ principal: 'technical', outcome: 'refused', code: 'ERR_USER_TOKEN_REQUIRED' },
  ...{ correlationId: 'i-1', context: 'request', delegation: undefined },
  ...changes
})

/** Entry of a refused call without a client. */
const DATA = {
  ...{ action: 'remote call refused', code: 'ERR_USER_TOKEN_REQUIRED', service: 'S4' },
  ...{ destination: 'D', authentication: 'NoAuthentication', onBehalfOf: 'namedUser' },
  ...{ principal: 'technical', correlationId: 'i-1' }
}

/** Writes a call, and returns what was written about it. */
async function entryOf(one: PrincipalCall): Promise<unknown> {
  auditCall(one)
  await new Promise(setImmediate)
  return written[0]?.[1]
}

test('a refused call is a security event of the current user, with the address of the client', async () => {
  const user = new cds.User('alice')
  const context = { user, tenant: 't1', http: { req: { ip: '192.0.2.1' }, res: {} } }
  await cds.tx(
    context as never,
    (async () => {
      expect(await entryOf(call())).toStrictEqual({ data: DATA, ip: '192.0.2.1' })
    }) as never
  )
  expect(written).toMatchObject([['SecurityEvent', {}]])
  expect(jobs).toMatchObject([{ context: { user, tenant: 't1' } }])
})

test('outside of a request there is no address, and nobody', async () => {
  cds.context = undefined
  expect(await entryOf(call())).toStrictEqual({ data: DATA })
  expect(jobs[0]?.context).toEqual({ user: undefined, tenant: undefined })
})

test('the client, the actor and the delegation are written where there are any', async () => {
  const known = { client: 'shop', actor: 'agent', delegation: DELEGATION }
  expect(await entryOf(call(known))).toStrictEqual({ data: { ...DATA, ...known } })
})

test.each([
  ['queued', 'delegation issued'],
  ['ok', 'delegation used'],
  ['failed', 'delegation used'],
  ['refused', 'remote call refused']
] as const)('a delegation with a call that is %s: %s', async (outcome, action) => {
  expect(await entryOf(call({ outcome, delegation: DELEGATION }))).toMatchObject({
    data: { action, delegation: DELEGATION }
  })
})

test.each<[string, Partial<PrincipalCall>]>([
  ['that is sent', { outcome: 'ok' }],
  ['that fails', { outcome: 'failed' }],
  ['of the audit log', { service: 'audit-log' }]
])('a call %s is not written', async (_, changes) => {
  expect(await entryOf(call(changes))).toBeUndefined()
  expect(jobs).toEqual([])
})

test.each<[boolean, object]>([
  [true, { 'audit-log': { kind: 'audit-log-to-x' } }],
  [true, { 'audit-log': { impl: 'x' } }],
  [false, { 'audit-log': {} }],
  [false, { 'audit-log': false }],
  [false, {}]
])('written: %s, with %j', async (expected, requires) => {
  cdsRequires(requires)
  await entryOf(call())
  expect(jobs).toHaveLength(expected ? 1 : 0)
})

test.each<[string, Partial<PrincipalCall>]>([
  ['a refused call', {}],
  ['a delegation', { outcome: 'queued', delegation: DELEGATION }]
])('the log says that %s could not be written', async (name, changes) => {
  await entryOf(call(changes))
  jobs[0]?.failed?.(Object.assign(new Error('secret'), { code: 'EPIPE' }))
  expect(warnings).toEqual([
    expect.stringContaining(`${name} could not be written to the audit log (Error, EPIPE)`)
  ])
})
