import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { HttpFailure } from '../../../../../src/remote/http/failure/http-failure.js'
import { remoteFailure } from '../../../../../src/remote/http/failure/remote-failure.js'
import { TransportError } from '../../../../../src/remote/http/message/http-call.js'

const internet = { name: 'S4', url: 'https://s4.example' } as HttpDestination
const onPremise = { ...internet, proxyType: 'OnPremise' } as HttpDestination
const sent = { userBound: true, isRepeated: false, withCsrf: false }
const answer = (status: number, data: unknown = '', headers: Record<string, string> = {}) => ({
  status,
  statusText: '',
  headers,
  data
})
const failureOf = (outcome: Parameters<typeof remoteFailure>[0], destination = internet) =>
  remoteFailure(outcome, { ...sent, destination }, new HttpFailure('failed'))

describe('what a failed call means', () => {
  test('the first rule that applies counts: the proxy is asked before the system', () => {
    const denied = answer(403, 'Access denied to system s4:443')
    expect(failureOf(denied, onPremise)?.code).toBe('ERR_REMOTE_NOT_EXPOSED')
    expect(failureOf(denied)?.code).toBe('ERR_REMOTE_FORBIDDEN')
  })

  test('a lost connection is named by the next hop', () => {
    const lost = new TransportError('socket hang up', 'ECONNRESET')
    expect(failureOf(lost)?.message).toContain('failed: the system ended the connection')
    expect(failureOf(lost, onPremise)?.message).toContain('failed: the Connectivity proxy ended')
    expect(failureOf(new TransportError('no', 'ERR_UNKNOWN'))).toBeUndefined()
  })

  test("a system's own words about the request are no failure of the way", () => {
    const error = { error: { code: 'X/1', message: 'no' } }
    expect(failureOf(answer(503, error), onPremise)).toBeUndefined()
    expect(failureOf(answer(403, error))?.message).toContain('(403, X/1)')
    expect(failureOf(answer(404, 'Not Found'))).toBeUndefined()
    expect(failureOf(answer(304, '', { location: '/logon' }))).toBeUndefined()
  })

  test('a body with an empty error says nothing', () => {
    expect(failureOf(answer(503, { error: null }))?.code).toBe('ERR_REMOTE_UNAVAILABLE')
    expect(failureOf(answer(500, { error: null }))).toBeUndefined()
  })
})
