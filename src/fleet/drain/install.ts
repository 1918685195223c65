import cluster from 'node:cluster'
import { once } from 'node:events'
import type { Server } from 'node:http'

import cds from '@sap/cds'

import { cap, isDatabase } from '../../cap.js'
import { isProduction } from '../../lib/profile.js'
import { logWarning } from '../../lib/log.js'
import type { Requires } from '../../lib/adoption.js'
import { drain, watchRequests } from './drain.js'
import { type RestartSettings, restartSettings } from './options.js'
import { watchQueue } from './queue.js'
import { addHealthEndpoints, enterPhase } from './readiness.js'
import { warmDestinations, warmUp } from './warm-up.js'

/**
 * Lets an instance begin and end while others serve: it says when it is ready, and finishes its work on `SIGTERM`. Tests (`cds.test`) and
 * `cds watch` end at once, as without it.
 *
 * @param requires - `cds.requires`
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function installRestart(requires: Requires): void {
  const { restart } = requires.auth as { restart?: unknown }
  const settings = restartSettings(restart, isProduction())
  if (!settings) return
  enterPhase('STARTING')
  let isServed = false
  // after all listeners for "bootstrap": routes of the application at the same paths come first
  cds.on('loaded', () => {
    const { app } = cap
    if (!app?.get || isServed) return
    isServed = true
    addHealthEndpoints(app as Required<typeof app>, settings)
  })
  cds.on('connect', (service) => {
    if (isDatabase(service)) watchQueue(service)
  })
  warmDestinations(requires)
  // only the primary process of CAP's cluster mode gets this event; it serves nothing itself
  cluster.once('listening', () => {
    if (!isTest() && !cap.watched) finishOnSignal(settings, endWorkers)
  })
  cap.once('listening', ({ server }: { server: Server }) => {
    watchRequests(server)
    void warmUp(settings.warmUpTimeout).then(() => {
      enterPhase('UP')
    })
    if (isTest() || cap.watched) return
    // a server that listens before CAP has registered its handler for the signal
    setImmediate(() => {
      finishOnSignal(settings, () => drain(server, settings))
    })
  })
}

/** CAP asks the same before it ends a process. @see `@sap/cds/bin/serve.js` */
function isTest(): boolean {
  return 'it' in globalThis
}

/** Ends the workers of CAP's cluster mode, and waits for them: without their primary process, they would end at once. */
async function endWorkers(): Promise<void> {
  const ended = Object.values(cluster.workers ?? {}).map(async (worker) => {
    if (!worker || worker.isDead()) return
    const exit = once(worker, 'exit')
    worker.process.kill('SIGTERM')
    await exit
  })
  await Promise.all(ended)
}

/**
 * Finishes the work before CAP's own handler runs, which at once calls all listeners for `shutdown`: those close the database, and what
 * requests need. Handlers for `SIGTERM` of the application itself stay as they are.
 */
function finishOnSignal({ shutdownTimeout }: RestartSettings, finish: () => Promise<void>): void {
  const stop = cap.shutdown as (...parameters: unknown[]) => unknown
  if (!process.listeners('SIGTERM').includes(stop)) {
    logWarning(
      'CAP does not handle SIGTERM in this process, so cds.requires.auth.restart does not either'
    )
    return
  }
  let isEnding = false
  // before the other one is removed: with no listener in between, Node drops a signal that has come and was not handled yet
  process.on('SIGTERM', (...parameters) => {
    if (isEnding) return
    isEnding = true
    setTimeout(() => process.exit(), shutdownTimeout).unref()
    void finish().then(() => stop(...parameters))
  })
  process.off('SIGTERM', stop)
}
