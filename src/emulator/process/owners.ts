/** How often the owners are looked for, in milliseconds. */
const INTERVAL = 500

/** The processes for which a landscape runs: `cds watch`, or a server that was started without it. */
export interface Owners {
  add(pid: number): void
  stop(): void
}

/**
 * Calls back once the last owner has ended. A watched server that is restarted is no owner, its watch is.
 *
 * @internal
 */
export function watchOwners(first: number, onAllGone: () => void): Owners {
  const pids = new Set([first])
  const timer = setInterval(() => {
    for (const pid of pids) if (!isAlive(pid)) pids.delete(pid)
    if (pids.size > 0) return
    clearInterval(timer)
    onAllGone()
  }, INTERVAL)
  return {
    add: (pid) => pids.add(pid),
    stop: () => {
      clearInterval(timer)
    }
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
