import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

import { logInfo, logWarning } from '../../lib/log.js'
import { beginWork, untilIdle, workUnderWay } from '../../lib/lifecycle/under-way.js'
import type { RestartSettings } from './options.js'
import { stopSelecting } from './queue.js'
import { enterPhase, isStopping } from './readiness.js'

/** Milliseconds before the end that are left for listeners for CAP's `shutdown`. */
const LAST = 1_000

/** Milliseconds without work after which there will be no more: one call can follow another. */
const QUIET = 25

/** Responses that are not complete. */
const responses = new Set<ServerResponse>()

/** Counts the requests of a server, and closes their connections when the process ends. @internal */
export function watchRequests(server: Server): void {
  server.prependListener('request', (_: IncomingMessage, res: ServerResponse) => {
    const end = beginWork('requests')
    responses.add(res)
    res.once('close', () => {
      responses.delete(res)
      end()
    })
    if (isStopping()) closeAfterwards(res)
  })
}

function closeAfterwards(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('connection', 'close')
}

/**
 * Lets a server finish: it tells routers that it is not ready, goes on until they know it, takes no new connection and no message of a
 * queue, and waits for what is under way.
 *
 * @internal
 */
export async function drain(server: Server, settings: RestartSettings): Promise<void> {
  const { drainDelay, shutdownTimeout } = settings
  const end = Date.now() + Math.max(shutdownTimeout - LAST, drainDelay)
  enterPhase('STOPPING')
  for (const res of responses) closeAfterwards(res)
  logInfo(
    `the instance ends: not ready any more, ${drainDelay / 1000} seconds for routers to see it`
  )
  await wait(drainDelay)
  stopSelecting()
  server.close()
  await untilQuiet(Math.max(end - Date.now(), 0))
  const { requests, calls, messages } = workUnderWay()
  if (!requests && !calls && !messages) return
  logWarning(
    `the instance ends with work under way after ${shutdownTimeout / 1000} seconds (cds.requires.auth.restart.shutdownTimeout): ` +
      `${requests} requests, ${calls} remote calls, ${messages} messages of queues`
  )
}

/** Waits until nothing is under way. @param timeout - milliseconds; the timer keeps the process alive where the work itself does not */
async function untilQuiet(timeout: number): Promise<void> {
  const timer = new AbortController()
  const late = wait(timeout, undefined, { signal: timer.signal }).catch(() => undefined)
  await Promise.race([quiet(), late])
  timer.abort()
}

async function quiet(): Promise<void> {
  do {
    await untilIdle()
    await wait(QUIET)
  } while (Object.values(workUnderWay()).some(Boolean))
}
