import cds from '@sap/cds'

import { Attempt, type Judgement } from '../../../../src/delegation/attempt.js'
import { AuthorCall } from '../../../../src/delegation/author-call.js'
import { MEMBER } from '../../../../src/delegation/queue/message.js'
import { endAttempt, keepAttempt } from '../../../../src/delegation/running.js'
import { configureTargets } from '../../../../src/delegation/targets.js'
import { authorCall, isRead } from '../../../../src/remote/queue/author-call.js'
import { as } from '../support/echo-agent.js'

beforeEach(() => {
  configureTargets({ S4: { onBehalfOf: 'namedUser', delegation: { validFor: '2h' } } })
})
afterEach(() => {
  configureTargets({})
})

/** An attempt of the queue at work of alice. */
function attempt(): Attempt {
  const author = { userId: 'alice', tenant: 't1', issuer: 'xsuaa' }
  const record = { ...{ txn: '1', jti: '1', service: 'S4', event: 'PATCH' }, author }
  const entry = { txn: '1', state: 'queued', attempts: 0 }
  const kept = new Attempt('{}', 't1', { record, entry } as unknown as Judgement)
  keepAttempt(kept)
  return kept
}

/** A message as CAP gives it to its handler. */
const message = (members: object = {}) =>
  Object.assign(new cds.Request({ event: 'x', context: { tenant: 't1' } } as never), members)
const request = () => new cds.Request({ event: 'x' })

const privileged = () => new cds.User.Privileged()
const callOf = (req: cds.Request, user: Parameters<typeof as>[0] = privileged(), service = 'S4') =>
  as(user, () => Promise.resolve().then(() => authorCall(service, req)))

const INVALID = {
  code: 'ERR_DELEGATION_INVALID',
  message: expect.stringContaining('there is none') as string
}

test('a call for queued work is its author, also the next one of the same work', async () => {
  const kept = attempt()
  const user = privileged()
  const first = await callOf(message({ [MEMBER]: kept.handle }), user)
  expect(first).toBeInstanceOf(AuthorCall)
  expect(first?.attempt).toBe(kept)
  expect((await callOf(request(), user))?.attempt).toBe(kept)
  endAttempt(kept.handle)
  await expect(callOf(request(), user)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
})

test('a call of other work is not, and neither is one of a service without delegation', async () => {
  const kept = attempt()
  const user = privileged()
  await callOf(message({ [MEMBER]: kept.handle }), user)
  expect(await callOf(request())).toBeUndefined()
  expect(await callOf(request(), user, 'OTHER')).toBeUndefined()
})

test('a message without a record is refused, unless a named user is current', async () => {
  for (const user of [privileged(), new cds.User.Anonymous()])
    await expect(callOf(message(), user)).rejects.toMatchObject(INVALID)
  expect(await callOf(message(), 'alice')).toBeUndefined()
  expect(await callOf(message(), privileged(), 'OTHER')).toBeUndefined()
})

test('a call that was not queued needs no record', async () => {
  expect(await callOf(request())).toBeUndefined()
  expect(await callOf(request(), 'alice')).toBeUndefined()
})

test.each([
  ['READ', undefined, true],
  ['READ', 'POST', true],
  ['GET', undefined, true],
  ['head', undefined, true],
  ['x', 'get', true],
  ['x', 'HEAD', true],
  ['GET', 'POST', false],
  ['x', undefined, false],
  ['DELETE', 'DELETE', false],
  ['x', 'FORGET', false],
  ['GETALL', undefined, false],
  ['HEADS', undefined, false]
])('event %s with the method %s changes nothing: %s', (event, method, expected) => {
  expect(isRead({ event, method } as cds.Request)).toBe(expected)
})
