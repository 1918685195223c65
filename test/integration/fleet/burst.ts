import { Fleet, type SharedCache } from './fleet.js'

/** Requests to the platform by a fleet, when the same user reads for the first time everywhere at once. */
export interface Burst {
  /** Token requests, and requests to the Destination service, by what they were for. */
  readonly calls: Readonly<Record<string, number>>
  /** Their sum, without key sets. */
  readonly total: number
  /** Requests for key sets, which are not shared. */
  readonly keySets: number
  /** Statuses of the reads with their numbers. */
  readonly statuses: Readonly<Record<number, number>>
}

/** @param reads - first reads in each instance, at once */
export async function measureBurst(
  fleet: Fleet,
  reads: number,
  token: string,
  instances = fleet.instances
): Promise<Burst> {
  const before = fleet.platformCalls()
  const all = instances.flatMap((instance) =>
    Array.from({ length: reads }, () => instance.call(token))
  )
  const answers = await Promise.all(all)
  const after = fleet.platformCalls()
  const calls = Object.fromEntries(
    Object.entries(after)
      .map(([name, number]) => [name, number - (before[name] ?? 0)] as const)
      .filter(([, number]) => number > 0)
  )
  const statuses: Record<number, number> = {}
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1
  const sum = (isCounted: (name: string) => boolean) =>
    Object.entries(calls).reduce((all, [name, number]) => (isCounted(name) ? all + number : all), 0)
  const isKeySet = (name: string) => /token_keys|jwks|certs/.test(name)
  // the system on the internet asks for the keys with each call that it gets
  const keySets = sum(isKeySet) - all.length
  return { calls, total: sum((name) => !isKeySet(name)), keySets, statuses }
}

export async function burstOf(
  instances: number,
  reads: number,
  cache: SharedCache
): Promise<Burst> {
  const fleet = await Fleet.start(instances, cache)
  try {
    return await measureBurst(fleet, reads, await fleet.token())
  } finally {
    await fleet.stop()
  }
}
