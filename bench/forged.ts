import { setTimeout as pause } from 'node:timers/promises'

import cds from '@sap/cds'

import { auth } from '../src/inbound/auth.js'
import { type Middleware, request } from './inbound.js'
import { NEW_TENANTS, startSubscribers } from './landscape.js'
import { target, type Target } from './targets.js'
import { tokens } from './tokens.js'

/** Milliseconds: how long the flood lasts, and how long XSUAA takes for an answer. */
const FLOOD = 10_000
const LATENCY = 150

/** Milliseconds between two forged tokens, and between the first requests of new tenants. */
const FORGED_EVERY = 5
const NEW_EVERY = 400

/** Milliseconds in which a first request has to be answered, and after which nothing of the flood is remembered. */
const IN_TIME = 2000
const FORGOTTEN = 21_000

/**
 * 200 forged tokens a second, each of another tenant that does not exist, while new tenants send their first requests: how
 * many of these come through in time, how often the issuer is asked, and what is kept of the forged ones.
 */
export async function forged(): Promise<Target[]> {
  const emulator = await startSubscribers()
  cds.log('principal', { level: 'silent' } as never)
  const [token = ''] = await tokens(emulator, 'S', 1)
  const { credentials } = emulator.vcapServices().xsuaa[0] ?? {}
  const shared = { ...credentials, tenantmode: 'shared' }
  const middleware = auth({ kind: 'principal', credentials: shared as never }) as Middleware
  const genuine = await Promise.all(
    NEW_TENANTS.map((zid) => emulator.issueToken({ user: 'alice', claims: { zid } }))
  )
  const issuer = slowIssuer()
  try {
    // only warms the code up, and makes the room for tokens that are kept
    await request(middleware, await emulator.issueToken({ user: 'alice' }))
    await flood(middleware, token, 'warm', 500)
    await pause(FORGOTTEN)
    const before = heap()
    issuer.calls.length = 0
    const first = firstRequests(middleware, genuine)
    const count = await flood(middleware, token, 'forged', FLOOD / FORGED_EVERY)
    const late = (await first).filter((milliseconds) => milliseconds > IN_TIME).length
    const perSecond = busiest(issuer.calls)
    await pause(FORGOTTEN)
    const kept = Math.max(0, heap() - before) / count
    const flooded = '200 forged tokens/s of new tenants'
    return [
      target(`${flooded}: first requests of 20 genuine ones, not served in 2 s, %`, late * 5, 5),
      target(`${flooded}: calls of the issuer in the busiest second`, perSecond, 60),
      // what 20 genuine tenants need, and what the collector leaves behind anywhere, is some kB in all
      target(`${flooded}: bytes kept of each`, kept, 100)
    ]
  } finally {
    issuer.restore()
    await emulator.stop()
  }
}

/** Milliseconds that each of the first requests took. */
async function firstRequests(middleware: Middleware, genuine: readonly string[]) {
  const durations: Promise<number>[] = []
  for (const token of genuine) {
    await pause(NEW_EVERY)
    const start = performance.now()
    const answer = request(middleware, token).then(
      () => performance.now() - start,
      () => Infinity
    )
    durations.push(answer)
  }
  return Promise.all(durations)
}

/** @returns the number of forged tokens, which are all refused */
async function flood(middleware: Middleware, token: string, prefix: string, count: number) {
  const refusals: Promise<void>[] = []
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    refusals.push(refusal(middleware, withTenant(token, `${prefix}-${String(i)}`)))
    const ahead = start + i * FORGED_EVERY - performance.now()
    if (ahead > 0) await pause(ahead)
  }
  await Promise.all(refusals)
  return count
}

async function refusal(middleware: Middleware, token: string): Promise<void> {
  const accepted = await request(middleware, token).then(
    () => true,
    () => false
  )
  if (accepted) throw new Error('a forged token was accepted')
}

/** The payload is another, the signature stays. */
function withTenant(token: string, zid: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const changed = Buffer.from(JSON.stringify({ ...claims, zid })).toString('base64url')
  return [header, changed, signature].join('.')
}

/**
 * The emulated XSUAA, with the distance to a real one; notes when it was asked. The emulator is part of this process and
 * keeps what it was asked, so tenants that do not exist are refused in front of it.
 */
function slowIssuer(): { calls: number[]; restore: () => void } {
  const { fetch } = globalThis
  const calls: number[] = []
  globalThis.fetch = async (url, init) => {
    calls.push(performance.now())
    await pause(LATENCY)
    const exists = !/zid=(warm|forged)-/.test(url as string)
    return exists ? fetch(url, init) : new Response('{"error":"invalid zid"}', { status: 400 })
  }
  return {
    calls,
    restore: () => {
      globalThis.fetch = fetch
    }
  }
}

/** The greatest number of calls within any second. */
function busiest(calls: readonly number[]): number {
  const within = (from: number) => calls.filter((at) => at >= from && at < from + 1000).length
  return Math.max(0, ...calls.map(within))
}

function heap(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().heapUsed
}
