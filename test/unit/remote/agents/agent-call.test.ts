import { type AgentCall, fetchAs, withinCall } from '../../../../src/remote/agents/agent-call.js'
import { ownerOf } from '../../../../src/remote/agents/owner.js'
import type { ReadyDestination } from '../../../../src/remote/outbound.js'
import { freePort } from '../../../support/free-port.js'
import type { NamedUser } from '../../../../src/user/principal.js'

let url: string
beforeAll(async () => {
  url = `http://127.0.0.1:${await freePort()}`
})

const outboundOf = (userId: string): ReadyDestination => ({
  ...{ destination: { name: 'AGENT', url }, userBound: true, tenant: 't1' },
  user: { kind: 'named', issuer: 'xsuaa', tenant: 't1', userId, bearerToken: '' } as NamedUser,
  renew: () => Promise.reject(new Error('not renewed')),
  ...{ forwardsToken: false, minTokenLifetime: 5 }
})

const callOf = (userId: string, sent = jest.fn()): AgentCall => ({
  outbound: () => Promise.resolve(outboundOf(userId)),
  ...{ timeout: 30_000, sent }
})

const fetchOfAlice: typeof fetch = (...parameters) =>
  fetchAs('agent', ownerOf(outboundOf('alice')))(...parameters)

test('a session of alice sends nothing for bob', async () => {
  const call = callOf('bob')
  const sending = withinCall(call, () => fetchOfAlice(url, { method: 'POST', body: '{}' }))
  await expect(sending).rejects.toMatchObject({
    ...{ code: 'ERR_USER_TOKEN_REQUIRED', explanation: { service: 'agent' } },
    message:
      'a session with "agent" is used, and it was opened for another principal. Nothing was sent. Call the service for each ' +
      'message, and keep nothing of it for another user.'
  })
  expect(call.sent).not.toHaveBeenCalled()
  expect(call.failure).toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
})

test('outside of a call nobody is current, and nothing is sent', async () => {
  const sending = fetchOfAlice(url, { method: 'POST', body: '{}' })
  await expect(sending).rejects.toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED',
    message: expect.stringContaining('is used, and no call is made. Nothing was sent.') as string
  })
})

test('a stream that nobody waits for is not opened', async () => {
  const headers = { accept: 'text/event-stream' }
  expect((await fetchOfAlice(url, { headers })).status).toBe(405)
})

test('a message of alice is sent', async () => {
  const call = callOf('alice')
  const sending = withinCall(call, () => fetchOfAlice(url, { method: 'POST', body: '{}' }))
  await expect(sending).rejects.toMatchObject({ code: 'ERR_REMOTE_UNREACHABLE' })
  expect(call.sent).toHaveBeenCalledTimes(1)
})
