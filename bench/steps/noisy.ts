import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { configureLimits } from '../../src/configuration/limit-options.js'
import { closeConnections } from '../../src/remote/http/connections/connections.js'
import { send } from '../../src/remote/http/send.js'
import { TokenPrincipal } from '../../src/user/principal.js'
import { summary } from '../support/measure.js'
import { program } from '../support/places.js'
import { target, type Target } from '../support/targets.js'

/** Tenants that send a few calls, and how many of them a second each. */
const QUIET = 10
const RATE = 5

/** Calls of the noisy tenant for each of one of the others. */
const NOISE = 20

/** Users of each tenant. */
const USERS = 20

/** Sockets of the process; the slow calls of the noisy tenant alone would take 500. */
const SOCKETS = 200

/** Milliseconds that the system takes for an answer: of the others, and of the noisy tenant where it is slow. */
const FAST = 50
const SLOW = 5_000

/** Calls of the noisy tenant. */
interface Noise {
  /** Milliseconds that the system takes. */
  readonly takes: number
  /** True if its calls count as the others'. */
  readonly isSameTenant?: boolean
}

/** Waits of tenants with few calls, while another one sends many. */
export async function noisy({ quick }: { readonly quick: boolean }): Promise<Target[]> {
  const child = fork(program('slow-system'), { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  configureLimits({ sockets: SOCKETS })
  const system = new System(port)
  const [rounds, seconds] = quick ? [1, 2] : [3, 5]
  try {
    const same = await ratio(system, { takes: FAST }, rounds, seconds)
    const slow = await ratio(system, { takes: SLOW }, rounds, seconds)
    const unfair = await ratio(system, { takes: SLOW, isSameTenant: true }, 1, seconds)
    const name = `a tenant with ${String(NOISE)} × the calls of another`
    const stock = `(without turns of tenants: ${unfair.median.toFixed(0)})`
    return [
      target(`${name}: p99 of the others ÷ p99 without it`, same.median, 2, same.spread),
      target(
        `${name}, to a system that takes 5 s: p99 of the others ÷ p99 without it ${stock}`,
        slow.median,
        2,
        slow.spread
      )
    ]
  } finally {
    configureLimits({})
    closeConnections()
    end(child)
  }
}

/** @returns p99 with noise ÷ p99 without: the two take turns */
async function ratio(system: System, noise: Noise, rounds: number, seconds: number) {
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const alone = await system.measure(seconds)
    const among = await system.measure(seconds, noise)
    ratios.push(among / alone)
  }
  return summary(ratios)
}

/** A system behind the Connectivity proxy, and all who call it. */
class System {
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  /** Sends the calls of all tenants for some seconds, evenly, and returns the p99 of those with few, ms. */
  async measure(seconds: number, noise?: Noise): Promise<number> {
    const stop = new AbortController()
    const waits: number[] = []
    const sent: Promise<unknown>[] = []
    const others: Promise<unknown>[] = []
    const sends = [
      this.#evenly(QUIET * RATE, stop.signal, (i) => {
        sent.push(this.#timed(`t${String(i % QUIET)}`, i, waits))
      })
    ]
    if (noise) {
      const tenant = (i: number) => (noise.isSameTenant ? `t${String(i % QUIET)}` : 'noisy')
      sends.push(
        this.#evenly(NOISE * RATE, stop.signal, (i) => {
          const call = this.#call(tenant(i), 1000 + (i % USERS), noise.takes, stop.signal)
          others.push(call.catch(() => undefined))
        })
      )
      await delay(Math.min(noise.takes, 2_500)) // until it has taken what it can have
      waits.length = 0
    }
    await delay(seconds * 1000)
    const measured = Promise.all(sent)
    stop.abort()
    await Promise.all([...sends, measured, ...others])
    return percentile(waits, 0.99)
  }

  async #evenly(perSecond: number, signal: AbortSignal, work: (i: number) => void) {
    const start = performance.now()
    for (let i = 0; !signal.aborted; i++) {
      work(i)
      const next = start + ((i + 1) * 1000) / perSecond
      await delay(Math.max(next - performance.now(), 0))
    }
  }

  async #timed(tenant: string, i: number, waits: number[]): Promise<void> {
    const start = performance.now()
    await this.#call(tenant, i % USERS, FAST)
    waits.push(performance.now() - start)
  }

  #call(tenant: string, user: number, takes: number, signal?: AbortSignal): Promise<unknown> {
    const userId = `user-${String(user)}`
    const bearerToken = `token of ${userId} in ${tenant}`
    const expiresAt = Math.floor(Date.now() / 1000) + 3600
    const headers = {
      'Proxy-Authorization': 'Bearer of the application',
      'SAP-Connectivity-Authentication': `Bearer ${bearerToken}`
    }
    const proxy = { host: '127.0.0.1', port: this.#port, protocol: 'http' as const, headers }
    return send(
      {
        destination: {
          name: 'S4',
          url: 'http://s4.internal:44300',
          proxyType: 'OnPremise',
          authentication: 'PrincipalPropagation',
          proxyConfiguration: proxy
        },
        user: new TokenPrincipal({ userId, tenant, issuer: 'xsuaa', expiresAt, bearerToken })
      },
      { method: 'get', url: `/${String(takes)}`, ...(signal && { signal }) },
      { timeout: 120_000 }
    )
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN
}

function end(child: ChildProcess): void {
  if (child.connected) child.disconnect()
}
