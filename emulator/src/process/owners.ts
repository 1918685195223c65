import { readFileSync } from 'node:fs'

/** The interval between two looks at the owners, in milliseconds. */
const INTERVAL = 500

/** The processes for which a landscape runs: `cds watch`, or a server that was started without it. */
export interface Owners {
  add(pid: number): void
  stop(): void
}

/**
 * Calls back once the last owner has ended. A watched server that is restarted is no owner, its watch is.
 */
export function watchOwners(first: number, onAllGone: () => void): Owners {
  const pids = new Map([[first, startOf(first)]])
  const timer = setInterval(() => {
    for (const [pid, start] of pids) {
      if (!isRunning(pid, start)) pids.delete(pid)
    }
    if (pids.size > 0) return
    clearInterval(timer)
    onAllGone()
  }, INTERVAL)
  return {
    add: (pid) => {
      pids.set(pid, startOf(pid))
    },
    stop: () => {
      clearInterval(timer)
    }
  }
}

/** True if a process still runs, and not another one with the same id. */
export function isRunning(pid: number, start: string | undefined): boolean {
  return isAlive(pid) && startOf(pid) === start
}

/** Returns the start time of a process, on Linux: ids are used again, and another process would keep the landscape alive. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20]
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
