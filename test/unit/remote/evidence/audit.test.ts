import { once } from 'node:events'

import cds from '@sap/cds'

import { CallEvidence, onPrincipalCall } from '../../../../src/remote/evidence/call.js'
import { PropagationError } from '../../../../src/errors.js'
import { cdsRequires } from '../../destination/support/cds-requires.js'
import type { PrincipalCall } from '../../../../src/remote/evidence/principal-call.js'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'
const SECRETS = [TOKEN, 'alice@example.com', 'c2VjcmV0', 'hunter2']

/** As HTTP clients throw it: with the request, and with what the other side said. */
const failure = Object.assign(
  new Error(`cannot write for alice@example.com: ${TOKEN} Basic c2VjcmV0 hunter2`),
  {
    name: 'alice@example.com',
    code: 'hunter2',
    config: { headers: { authorization: `Bearer ${TOKEN}` }, data: 'hunter2' },
    response: { status: 503, data: 'alice@example.com' }
  }
)

let entries: object[]
let outcome: () => Promise<unknown>
let printed: string[]
beforeAll(() => {
  cdsRequires({ 'audit-log': { kind: 'audit-log-to-x', impl: 'x' } })
  const log = (_: string, entry: object) => {
    entries.push(entry)
    return outcome()
  }
  Object.assign(cds.services, { 'audit-log': { log } })
})
beforeEach(() => {
  entries = []
  printed = []
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      printed.push(words.map((each) => cds.utils.inspect(each, { depth: 9 })).join(' '))
    })
  }
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Refuses a call, and waits until the audit log has been told. */
async function refused(context: object = {}, destination = 'S4'): Promise<PrincipalCall> {
  const calls: PrincipalCall[] = []
  const unsubscribe = onPrincipalCall((call) => calls.push(call))
  const spawn = jest.spyOn(cds, 'spawn')
  await cds.tx(
    context as never,
    (() => {
      const error = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'no')
      new CallEvidence({ service: 'X', destination, onBehalfOf: 'namedUser' }).refused(error)
      return Promise.resolve()
    }) as never
  )
  await once(spawn.mock.results[0]!.value as NodeJS.EventEmitter, 'done')
  unsubscribe()
  return calls[0]!
}

test('what the audit log throws is told by class and code, never in its own words', async () => {
  outcome = () => Promise.reject(failure)
  await refused()
  expect(printed.join('\n')).toMatch(
    /a refused call could not be written to the audit log \(Error, HTTP_503\)/
  )
  for (const secret of SECRETS) expect(printed.join('\n')).not.toContain(secret)
})

test('a listener that fails is told in the same way', async () => {
  outcome = () => Promise.resolve()
  const unsubscribe = onPrincipalCall(() => {
    throw failure
  })
  await refused()
  unsubscribe()
  expect(printed.join('\n')).toMatch(/"principal.call" event failed \(Error, HTTP_503\)/)
  for (const secret of SECRETS) expect(printed.join('\n')).not.toContain(secret)
})

test('what the client has sent along as correlation id can neither break a line nor fill a log', async () => {
  outcome = () => Promise.resolve()
  const id = `a\r\nSecurityEvent: forged\u001b[31m\u2028${'x'.repeat(500)}`
  const { correlationId } = await refused({ id })
  expect(correlationId).toMatch(/^a\?\?SecurityEvent: forged\?\[31m\?x+$/)
  expect(correlationId).toHaveLength(200)
  expect(entries).toEqual([
    { data: expect.objectContaining({ correlationId, code: 'ERR_USER_TOKEN_REQUIRED' }) }
  ])
})

test('what is written holds nothing but what is known of the call', async () => {
  outcome = () => Promise.resolve()
  await refused({ id: 'i-1' })
  expect(entries).toEqual([
    {
      data: {
        action: 'remote call refused',
        code: 'ERR_USER_TOKEN_REQUIRED',
        service: 'X',
        destination: 'S4',
        authentication: undefined,
        onBehalfOf: 'namedUser',
        principal: expect.any(String),
        correlationId: 'i-1'
      }
    }
  ])
  expect(printed).toEqual([expect.stringContaining('ERR_USER_TOKEN_REQUIRED')])
})
