import { explanationOf } from '../../../../src/lib/log.js'
import type { EnforcedRequest } from '../../../../src/restrictions/request/request.js'

/** A request to read of somebody of plant 1010 with roles, outside of a service. */
export function requestOf(roles: readonly string[], changes: object = {}): EnforcedRequest {
  const user = {
    ...{ id: 'alice', attr: { plant: ['1010'] } },
    is: (role: string) => role === 'any' || roles.includes(role)
  }
  const reject = ({ message, ...facts }: Error) => {
    throw Object.assign(new Error(message), facts)
  }
  return { event: 'READ', data: {}, user, reject, ...changes }
}

/** What somebody is told who is refused, and what the log says; nothing without a refusal. */
export function refusal(work: () => unknown) {
  try {
    work()
    return undefined
  } catch (error) {
    const { status, code, message } = error as { status?: unknown; code?: unknown } & Error
    return { status, code, message, log: explanationOf(error)?.message }
  }
}
