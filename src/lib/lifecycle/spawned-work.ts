import { AsyncLocalStorage } from 'node:async_hooks'

import { cap } from '../../cap.js'

/** Work that was begun with `cds.spawn`. */
interface SpawnedWork {
  isOver: boolean
  /** Functions to be called when it is over. */
  readonly listeners: (() => void)[]
}

/** Set while work runs that was begun with `cds.spawn`. */
const spawned = new AsyncLocalStorage<SpawnedWork>()

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
  return (...parameters: unknown[]) => {
    const own: SpawnedWork = { isOver: false, listeners: [] }
    const finish = () => {
      own.isOver = true
      for (const listener of own.listeners) listener()
    }
    const result = spawned.run(own, work, ...parameters)
    void Promise.resolve(result).then(finish, finish)
    return result
  }
}

/** True for work that was begun with `cds.spawn`. @internal */
export function isSpawned(): boolean {
  return spawned.getStore() !== undefined
}

/** Calls a function when the work is over that was begun with `cds.spawn` and runs now, whatever its outcome; never for other work. @internal */
export function afterSpawnedWork(listener: () => void): void {
  const work = spawned.getStore()
  if (work && !work.isOver) work.listeners.push(listener)
}
