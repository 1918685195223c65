import { type Call, DESTINATIONS, isGet, type Request } from './call.js'

/** What must come of a call, by the documentation alone. */
export interface Expected {
  /** `ok`, `queued` (nobody is told what comes of it), or the code of the error. */
  readonly outcome: string
  /** As whom each single request reaches the system; `undefined`: nothing does. */
  readonly who: string | undefined
  /** How often it is carried out there, at least and at most. */
  readonly executed: readonly [number, number]
  /** Why a queued call is refused. */
  readonly later?: string
}

/** Who is current where the call is made. */
interface Current {
  /** `<user>@<tenant>` of a named user with a token. */
  readonly named: string | undefined
  readonly tenant: string
  readonly foreign: boolean
  readonly expired: boolean
}

export function expected(request: Request, call: Call): Expected {
  const who = principal(current(request), call)
  const isRefused = who.startsWith('ERR_')
  if (request.place !== 'queued') return isRefused ? refused(who) : { who, ...result(call) }
  if (call.policy === 'namedUser') return refused('ERR_QUEUED_NAMED_USER')
  // what is refused later is told to nobody
  if (isRefused) return { ...refused('queued'), later: who }
  return { outcome: 'queued', who, executed: [1, 1] }
}

const refused = (code: string): Expected => ({ outcome: code, who: undefined, executed: [0, 0] })

function current({ place, caller, other, queue }: Request): Current {
  const { user, tenant } = caller
  const named = user && `${user}@${tenant}`
  const own: Current = { named, tenant, foreign: false, expired: false }
  switch (place) {
    case 'privileged':
    case 'spawnedPrivileged':
    case 'anonymous':
    case 'custom':
      return { ...own, named: undefined }
    case 'queued':
      return queue === 'persistent' ? { ...own, named: undefined } : own
    case 'other':
      return { ...own, named: `${other.user ?? ''}@${other.tenant}`, tenant: other.tenant }
    case 'foreign':
      return {
        ...own,
        named: `${other.user ?? ''}@${other.tenant}`,
        foreign: other.tenant !== tenant
      }
    case 'late':
      return { ...own, expired: named !== undefined }
    default:
      return own
  }
}

/** As whom a call goes out, or the code of its refusal. */
function principal({ named, tenant, foreign, expired }: Current, call: Call): string {
  const { policy, destination } = call
  const { userBound = false } = DESTINATIONS[destination] ?? {}
  const system = `system@${policy === 'systemUserProvider' ? 'provider' : tenant}`
  if (policy === 'systemUser' || policy === 'systemUserProvider') {
    return userBound ? 'ERR_DESTINATION_USER_BOUND' : system
  }
  if (!named) {
    return userBound || policy === 'namedUser' ? 'ERR_USER_TOKEN_REQUIRED' : system
  }
  if (foreign) return 'ERR_TENANT_MISMATCH'
  if (expired && (userBound || policy !== 'unset')) return 'ERR_TOKEN_EXPIRES'
  if (userBound) return named
  return policy === 'unset' ? system : 'ERR_DESTINATION_TECHNICAL'
}

/** What comes of a call that is sent, by what goes wrong. */
function result(call: Call): Omit<Expected, 'who'> {
  const { onPremise = false, renewable = false } = DESTINATIONS[call.destination] ?? {}
  const get = isGet(call)
  const ok = (times = 1) => ({ outcome: 'ok', executed: [1, times] as const })
  const failed = (outcome: string, times = 0) => ({ outcome, executed: [0, times] as const })
  const exactly = (outcome: string, times: number) => ({
    outcome,
    executed: [times, times] as const
  })
  switch (call.fault) {
    case 'unauthorized':
      return renewable ? ok() : failed('ERR_REMOTE_UNAUTHORIZED')
    case 'before':
      if (onPremise) return failed('ERR_REMOTE_UNREACHABLE')
      return get ? ok() : failed('ERR_REMOTE_CONNECTION_LOST')
    case 'after':
      if (onPremise) return exactly('ERR_REMOTE_UNREACHABLE', 1)
      return get ? exactly('ok', 2) : exactly('ERR_REMOTE_CONNECTION_LOST', 1)
    case 'cut':
      return get ? ok() : failed('ERR_REMOTE_CONNECTION_LOST')
    case 'lost':
      return get ? exactly('ok', 2) : exactly('ERR_REMOTE_CONNECTION_LOST', 1)
    case 'silent':
      return failed('ERR_REMOTE_TIMEOUT', 1)
    case 'busy':
      return failed('ERR_REMOTE_UNAVAILABLE')
    case 'forbidden':
      return failed('ERR_REMOTE_FORBIDDEN')
    case 'missing':
      return failed('HTTP_404')
    case 'moved':
      return failed('ERR_REMOTE_REDIRECT')
    case 'page':
      return failed('ERR_REMOTE_LOGON_PAGE')
    case 'disconnected':
      return failed('ERR_REMOTE_CLOUD_CONNECTOR')
    default:
      return ok()
  }
}
