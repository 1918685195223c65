import { explanationOf } from '../../../../src/lib/log.js'
import type { RestrictedDefinition } from '../../../../src/restrictions/model/definition.js'
import type { EnforcedRequest } from '../../../../src/restrictions/request/request.js'

interface Asking extends Partial<Omit<EnforcedRequest, 'user'>> {
  readonly roles?: readonly string[]
  readonly attr?: unknown
  readonly anonymous?: boolean
}

/** A request as handlers get it, by `alice` with roles and attributes. */
export function requestOf(
  event: string,
  target: RestrictedDefinition | undefined,
  { roles = [], attr = {}, anonymous = false, ...members }: Asking = {}
): EnforcedRequest {
  const user = { id: 'alice', attr, is: (role: string) => role === 'any' || roles.includes(role) }
  return {
    ...{ event, data: {}, ...(target && { target }) },
    ...{ user: { ...user, _is_anonymous: anonymous }, reject },
    ...members
  }
}

function reject(error: object): never {
  throw Object.assign(new Error(), error)
}

/** What the client gets, with the cause that is in the log; nothing if the work is not refused. */
export async function refusal(work: () => unknown): Promise<object | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    const { status, code, message } = error as Record<string, unknown>
    if (status === undefined) throw error
    const { explanation, status: logged } = explanationOf(error) ?? {}
    return { status, code, message, cause: explanation?.cause, logged }
  }
}
