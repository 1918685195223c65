import type { Effort } from './inbound.js'
import type { MassWrite } from '../processes/mass-write-server.js'
import { target, type Target } from '../support/targets.js'
import { compareWorkers, startWorker } from '../support/workers.js'

/** What is updated, and how the row is called. */
const WRITES: Record<MassWrite, string> = {
  'another element': 'UPDATE of 1000 restricted records',
  'the element of the condition':
    'UPDATE of 1000 restricted records, of what the condition is about',
  'by an association': 'UPDATE of 1000 records restricted by an association'
}

/** An `UPDATE … where` of 1000 records by a user with a condition, with and without the plugin's restrictions, in turns. */
export async function massWrites({ rounds }: Effort): Promise<Target[]> {
  const start = (kind: string) => startWorker<MassWrite>('mass-write-server', kind)
  const workers = [start('ours'), start('stock')] as const
  try {
    const targets: Target[] = []
    for (const [write, name] of Object.entries(WRITES)) {
      const { ratio } = await compareWorkers(workers, write as MassWrite, 2 * rounds)
      targets.push(target(`${name}: CPU ÷ stock`, ratio.median, 1.5, ratio.spread))
    }
    return targets
  } finally {
    for (const worker of workers) await worker.stop()
  }
}
