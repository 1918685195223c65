/** Work that a process finishes before it ends. */
export type WorkKind = 'requests' | 'calls' | 'messages'

/** Numbers of what is under way, by kind. */
const counts: Record<WorkKind, number> = { requests: 0, calls: 0, messages: 0 }

/** Functions to be called when nothing is under way. */
const waiting = new Set<() => void>()

/** Counts work that begins. @returns a function that counts its end, once @internal */
export function beginWork(kind: WorkKind): () => void {
  counts[kind]++
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    counts[kind]--
    if (isBusy()) return
    for (const done of waiting) done()
    waiting.clear()
  }
}

/** Counts work for as long as it is under way. @internal */
export async function trackWork<T>(kind: WorkKind, work: () => Promise<T>): Promise<T> {
  const end = beginWork(kind)
  try {
    return await work()
  } finally {
    end()
  }
}

/** Returns the numbers of what is under way. @internal */
export function workUnderWay(): Readonly<Record<WorkKind, number>> {
  return { ...counts }
}

/** Resolves when nothing is under way. @internal */
export function untilIdle(): Promise<void> {
  if (!isBusy()) return Promise.resolve()
  return new Promise((done) => waiting.add(done))
}

function isBusy(): boolean {
  return Object.values(counts).some(Boolean)
}
