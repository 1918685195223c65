import { AsyncLocalStorage } from 'node:async_hooks'

import { cap } from '../../cap.js'

/** Set while work runs that was begun with `cds.spawn`. */
const spawned = new AsyncLocalStorage<true>()

type Spawn = typeof cap.spawn

const wrappers = new WeakSet<Spawn>()

/**
 * Notes the work that is begun with `cds.spawn`, so that its calls are told apart from those of the request that has begun it, also
 * before this is answered. CAP hands the HTTP request on to such work.
 *
 * @see https://cap.cloud.sap/docs/node.js/cds-tx#background-jobs
 * @internal
 */
export function noteSpawnedWork(): void {
  const { spawn } = cap
  if (wrappers.has(spawn)) return
  const wrapper: Spawn = (...parameters) =>
    spawn.apply(cap, parameters.map(marked) as Parameters<Spawn>)
  wrappers.add(wrapper)
  Object.defineProperty(cap, 'spawn', { value: wrapper, writable: true, configurable: true })
}

/** CAP takes the options and the work in either order. */
function marked(parameter: unknown): unknown {
  if (typeof parameter !== 'function') return parameter
  const work = parameter as (...parameters: unknown[]) => unknown
  return (...parameters: unknown[]) => spawned.run(true, work, ...parameters)
}

/** True for work that was begun with `cds.spawn`. @internal */
export function isSpawned(): boolean {
  return spawned.getStore() === true
}
