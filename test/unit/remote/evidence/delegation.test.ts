import { once } from 'node:events'

import cds from '@sap/cds'

import type { DelegationRecord } from '../../../../src/delegation/record.js'
import { CallEvidence, onPrincipalCall } from '../../../../src/remote/evidence/call.js'
import type { PrincipalCall } from '../../../../src/remote/evidence/principal-call.js'
import { queuedEvidence } from '../../../../src/remote/evidence/queued.js'
import { cdsRequires } from '../../destination/support/cds-requires.js'

const record: DelegationRecord = {
  ...{ txn: 'txn-1', jti: 'row-1', service: 'S4', event: 'PATCH' },
  ...{ issuedAt: 1_800_000_000, expiresAt: 1_800_003_600 },
  author: {
    ...{ userId: 'alice', tenant: 't1', issuer: 'xsuaa', origin: undefined, subject: undefined },
    claims: { email: 'alice@example.com' }
  }
}

const delegation = {
  ...{ jti: 'row-1', author: 'alice' },
  ...{ issuedAt: '2027-01-15T08:00:00.000Z', expiresAt: '2027-01-15T09:00:00.000Z' }
}

let entries: unknown[]
beforeAll(() => {
  cdsRequires({ 'audit-log': { kind: 'audit-log-to-x', impl: 'x' } })
  const log = (_: string, { data }: { data: object }) => Promise.resolve(entries.push(data))
  Object.assign(cds.services, { 'audit-log': { log } })
})
beforeEach(() => {
  entries = []
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Publishes something, and waits until the audit log has it. */
async function published(publish: () => void): Promise<PrincipalCall> {
  const calls: PrincipalCall[] = []
  const unsubscribe = onPrincipalCall((call) => calls.push(call))
  const spawn = jest.spyOn(cds, 'spawn')
  await cds.tx({}, (() => Promise.resolve(publish())) as never)
  await once(spawn.mock.results[0]!.value as NodeJS.EventEmitter, 'done')
  unsubscribe()
  return calls[0]!
}

test('the issue of a delegation is an event, and in the audit log', async () => {
  const call = await published(() => {
    queuedEvidence.issued(record)
  })
  const expected = { service: 'S4', delegation: { ...delegation, attempt: 0 } }
  expect(call).toMatchObject({ ...expected, outcome: 'queued' })
  expect(entries).toEqual([expect.objectContaining({ ...expected, action: 'delegation issued' })])
  expect(JSON.stringify([call, entries])).not.toContain('alice@example.com')
})

test('each use is, with the number of the attempt', async () => {
  const call = await published(() => {
    const evidence = new CallEvidence({ service: 'S4', destination: 'S4', onBehalfOf: 'namedUser' })
    evidence.delegated({ record, number: 2 })
    evidence.sent()
    evidence.done()
  })
  const expected = { service: 'S4', delegation: { ...delegation, attempt: 2 } }
  expect(call).toMatchObject({ ...expected, outcome: 'ok' })
  expect(entries).toEqual([expect.objectContaining({ ...expected, action: 'delegation used' })])
})
