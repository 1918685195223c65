import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { HttpFailure } from '../../../../src/remote/http/failure/http-failure.js'
import { remoteFailure, type SentCall } from '../../../../src/remote/http/failure/remote-failure.js'
import type { HttpCall } from '../../../../src/remote/http/message/http-call.js'

export const DIRECT = { name: 'S4', url: 'https://s4.example' } as HttpDestination
export const PROXIED = { ...DIRECT, proxyType: 'OnPremise' } as HttpDestination

/** The call that fails. */
export const CALL = { url: new URL('https://s4.example:8443/sap/x?y=1'), headers: {} } as HttpCall
export const PATH = '/sap/x'
export const HOST = 's4.example:8443'

type Outcome = Parameters<typeof remoteFailure>[0]

/** An answer that is no success. */
export const answer = (status: number, data: unknown = '', headers: object = {}): Outcome =>
  ({ status, statusText: '', headers, data }) as Outcome

/** Code and hop, cause, what was sent, and the next step. */
export type Said = [what: string, cause: string, sent: string | undefined, fix: RegExp]

/** Returns what the error about a failed call says; `undefined` if there is none. */
export function said(outcome: Outcome, destination = DIRECT, facts: Partial<SentCall> = {}) {
  const sent = { userBound: true, isRepeated: false, withCsrf: false, call: CALL, ...facts }
  const error = remoteFailure(outcome, { ...sent, destination }, new HttpFailure('failed'))
  if (!error) return undefined
  const { hop, cause, sent: what, fix = '' } = error.explanation
  const prefix = 'the call to destination "S4" failed: '
  expect(cause.slice(0, prefix.length)).toBe(prefix)
  return [`${error.code} ${hop}`, cause.slice(prefix.length), what, fix]
}

/** Checks each part of what an error says. */
export function expectSaid(error: ReturnType<typeof said>, [what, cause, sent, fix]: Said): void {
  expect(error?.slice(0, 3)).toEqual([what, cause, sent])
  expect(error?.[3]).toMatch(fix)
}
