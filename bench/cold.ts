import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import tls from 'node:tls'

import type { VcapServices } from '../src/emulator/index.js'
import { bind, byName, type Proxy, rawCall } from './calls.js'
import { summary } from './measure.js'
import { program } from './places.js'
import { target, type Target } from './targets.js'

const CALLS = 100

/** Milliseconds that every answer of an upstream service takes where sequential ones are counted. */
const DELAY = 200

/** A landscape that this process has not called before. */
interface Landscape {
  readonly services: VcapServices
  readonly ca: string
  readonly users: string[]
}

/** Calls by name of which nothing is known yet: how long a burst of them takes, and how many round trips one is. */
export async function cold(proxy: Proxy, samples: number): Promise<Target[]> {
  const { child, landscapes } = await start(samples + 2)
  try {
    const [slow, warmUp, ...others] = landscapes
    if (!slow || !warmUp) throw new Error('the landscapes have not started')
    await burst(warmUp, proxy)
    const ratios: number[] = []
    for (const landscape of others) ratios.push(await burst(landscape, proxy))
    const { median, spread } = summary(ratios)
    return [
      target('100 first calls of a user at once: time ÷ 100 raw calls', median, 1.3, spread),
      ...(await roundTrips(slow, proxy))
    ]
  } finally {
    child.disconnect()
    await once(child, 'exit')
  }
}

async function start(count: number): Promise<{ child: ChildProcess; landscapes: Landscape[] }> {
  const args = [String(count), String(DELAY)]
  const child = fork(program('cold-landscapes'), args, { execArgv: [] })
  const [landscapes] = (await once(child, 'message')) as [Landscape[]]
  tls.setDefaultCACertificates([
    ...tls.getCACertificates('default'),
    ...landscapes.map(({ ca }) => ca)
  ])
  return { child, landscapes }
}

async function burst({ services, users }: Landscape, proxy: Proxy): Promise<number> {
  const [user = ''] = users
  bind(services, proxy.port)
  const raw = rawCall(proxy.port, user)
  const floor = await timed(() => Promise.all(Array.from({ length: CALLS }, raw)))
  return (await timed(() => Promise.all(Array.from({ length: CALLS }, () => byName(user))))) / floor
}

/** One after the other, of a process and of a user that have not called before. */
async function roundTrips({ services, users }: Landscape, proxy: Proxy): Promise<Target[]> {
  const [first = '', second = ''] = users
  bind(services, proxy.port)
  const upstream = async (user: string) => Math.round((await timed(() => byName(user))) / DELAY)
  const backend = 1
  return [
    target(
      'first call of a process: round trips one after the other',
      (await upstream(first)) + backend,
      3
    ),
    target(
      'first call of a user: round trips one after the other',
      (await upstream(second)) + backend,
      1
    )
  ]
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}
