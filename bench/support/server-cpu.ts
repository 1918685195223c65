import { readFileSync } from 'node:fs'

import type { Worker } from './workers.js'

/**
 * A worker whose costs include those of the server that it asks, which works for nobody else meanwhile.
 *
 * @param pid - process that the server's others are children of; on Linux
 */
export function withServer<Work>(worker: Worker<Work>, pid: number): Worker<Work> {
  return {
    ...worker,
    use: async (work, times) => {
      const before = cpuOfChildren(pid)
      const own = await worker.use(work, times)
      const after = cpuOfChildren(pid)
      const used = [...after].map(([child, cpu]) => cpu - (before.get(child) ?? 0))
      return used.reduce((sum, cpu) => sum + cpu, own)
    }
  }
}

/** µs since they started, by process. */
function cpuOfChildren(pid: number): Map<string, number> {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
  return new Map(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => {
        const [nanoseconds] = readFileSync(`/proc/${child}/schedstat`, 'utf8').split(' ')
        return [child, Number(nanoseconds) / 1000]
      })
  )
}
