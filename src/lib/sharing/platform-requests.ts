import { FetchError } from '../fetch-json.js'
import { watchLimit } from '../telemetry/limits.js'
import { countReached } from '../telemetry/metrics.js'
import { FairSlots, type Release } from '../limits/fair-slots.js'
import { limits } from '../limits/limits.js'

/** Milliseconds for which a request waits for its turn. */
const MAX_WAIT = 10_000

/** Requests that wait at the same time. */
const MAX_WAITING = 10_000

const turns = new FairSlots({
  get max() {
    return limits.platformRequests
  },
  maxWaiting: MAX_WAITING
})

watchLimit('platform-requests', { max: () => limits.platformRequests, used: () => turns.used })
watchLimit('waiting-platform-requests', { max: () => MAX_WAITING, used: () => turns.waiting })

/**
 * Sends a request to a service of the platform when it is the turn of its tenant: a tenant whose requests are many or take
 * long does not hold up those of others.
 *
 * @param tenant - whose request it is; `undefined` is the provider's
 * @param send - must not wait for another request to the platform
 * @throws {@link FetchError} `timeout`, or what `send` throws
 * @internal
 */
export async function atPlatform<T>(
  tenant: string | undefined,
  send: () => Promise<T>
): Promise<T> {
  const release = await turnOf(tenant)
  try {
    return await send()
  } finally {
    release()
  }
}

function turnOf(tenant: string | undefined): Release | Promise<Release> {
  let timer: NodeJS.Timeout | undefined
  const turn = turns.enter({ tenant, member: '' }, (stopWaiting) => {
    timer = setTimeout(stopWaiting, MAX_WAIT)
  })
  if (!(turn instanceof Promise)) return turn
  countReached('platform-requests')
  return turn
    .catch(() => {
      countReached('waiting-platform-requests')
      throw new FetchError(
        'timeout',
        'too many requests to the platform wait (cds.requires.auth.limits)'
      )
    })
    .finally(() => {
      clearTimeout(timer)
    })
}
