import { type Cluster, postgresPrograms, startPostgres } from '../../test/support/postgres.js'
import type { Effort } from './inbound.js'
import type { ListRead } from '../processes/list-server.js'
import { summary } from '../support/measure.js'
import { withServer } from '../support/server-cpu.js'
import { target, type Target } from '../support/targets.js'
import { compareWorkers, type Compared, startWorker, type Worker } from '../support/workers.js'

const READS = (['One', 'Three'] as const).flatMap((entity) =>
  [1, 100, 1000, 10_000].map((values): ListRead => ({ entity, values }))
)

/**
 * A READ by lists of the user (`element in $user.attribute`), with and without the plugin's restrictions, in turns: CPU of the
 * process, which SQLite runs in, and of PostgreSQL.
 */
export async function lists({ rounds }: Effort): Promise<Target[]> {
  const targets = await measured('SQLite', rounds)
  const programs = postgresPrograms()
  if (!programs) {
    console.log('  not with PostgreSQL: there is no server in /usr/lib/postgresql')
    return targets
  }
  const cluster = await startPostgres(programs)
  try {
    return [...targets, ...(await measured('PostgreSQL', rounds, cluster))]
  } finally {
    await cluster.stop()
  }
}

async function measured(database: string, rounds: number, cluster?: Cluster): Promise<Target[]> {
  const compared = new Map(READS.map((read) => [read, [] as Compared[]]))
  for (let pair = 0; pair < Math.ceil(rounds / 5); pair++) {
    await withPair(cluster, async (pair) => {
      for (const [read, results] of compared)
        results.push(await compareWorkers(pair, read, 2 * rounds))
    })
  }
  return [...compared].map(([{ entity, values }, results]) => {
    const lists = `${entity === 'One' ? 'a list' : 'three lists'} of ${values.toLocaleString('en')}`
    const ratio = summary(results.map((each) => each.ratio.median)).median
    const spread = Math.max(...results.map((each) => each.ratio.spread))
    const stock = summary(results.map((each) => each.stock)).median / 1000
    const name = `READ by ${lists}, ${database}: CPU ÷ stock (${stock.toPrecision(2)} ms)`
    return target(name, ratio, 1.2, spread)
  })
}

type Pair = readonly [Worker<ListRead>, Worker<ListRead>]

/** Two processes with the same records. What is compiled differs from one to the next, so a run has several pairs. */
async function withPair(
  cluster: Cluster | undefined,
  work: (pair: Pair) => Promise<void>
): Promise<void> {
  const database = cluster
    ? { kind: 'postgres', credentials: cluster.credentials }
    : { kind: 'sqlite', credentials: { url: ':memory:' } }
  const workers: Worker<ListRead>[] = []
  const start = async (kind: string) => {
    const env = { BENCH_DATABASE: JSON.stringify(database) }
    const worker = startWorker<ListRead>('list-server', kind, env)
    workers.push(worker)
    await worker.use({ entity: 'One', values: 1 }, 1) // one fills the database after the other
    return cluster ? withServer(worker, cluster.pid) : worker
  }
  try {
    await work([await start('ours'), await start('stock')])
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}
