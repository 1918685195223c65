import { newExchangedTokenCache } from '../../src/destination/retrieval/user.js'
import { VerifiedTokens } from '../../src/token/verified-tokens.js'
import type { Target } from '../support/targets.js'

const USERS = 100_000
const HOURS = 24
const MB = 1024 * 1024

/** What the caches hold: per token, and altogether over a day on which users come and go. */
export async function memory(): Promise<Target[]> {
  return [perToken(), await overADay()]
}

/** What is kept for a token on average, of 100,000 users with the same roles, in kB. */
function perToken(): Target {
  const kept = new VerifiedTokens()
  const before = heap()
  for (let i = 0; i < USERS; i++) kept.set(tokenOf(i), verified(i, 2e9))
  const value = (heap() - before) / USERS / 1024
  if (!kept.get(tokenOf(USERS - 1))) throw new Error('nothing is kept')
  return { name: 'kept for a verified token, kB', value, target: 0.5, met: value <= 0.5, spread: 0 }
}

/**
 * 100,000 users over a simulated day: every hour others, each with a token that is verified, used again, exchanged for
 * another one, and valid for an hour. The largest heap of any hour in MB; the spread is what the second half of the day
 * adds to the first.
 */
async function overADay(): Promise<Target> {
  const [kept, exchanged] = [new VerifiedTokens(), newExchangedTokenCache()]
  const clock = simulatedClock()
  const before = heap()
  const hours: number[] = []
  for (let hour = 0; hour < HOURS; hour++) {
    for (let i = 0; i < USERS / HOURS; i++) {
      const token = tokenOf(hour * USERS + i)
      kept.set(token, verified(i, Date.now() / 1000 + 3600))
      kept.get(token)
      await exchanged.get([token.slice(-43)], () =>
        Promise.resolve(exchangedToken(hour * USERS + i))
      )
    }
    clock.advance(3600_000)
    hours.push((heap() - before) / MB)
  }
  clock.stop()
  const value = Math.max(...hours)
  const [first, second] = [
    Math.max(...hours.slice(0, HOURS / 2)),
    Math.max(...hours.slice(HOURS / 2))
  ]
  const name = '100,000 users in and out over a day: largest heap, MB'
  return { name, value, target: 64, met: value <= 64, spread: Math.max(0, second / first - 1) }
}

function heap(): number {
  const collect = (globalThis as { gc?: () => void }).gc
  if (!collect) throw new Error('run with --expose-gc')
  collect()
  return process.memoryUsage().heapUsed
}

const keyIsHeld = () => true

/** Users with the same roles share them, as with tokens of XSUAA. */
const roles = { Technician: 1 }

function verified(i: number, expiresAt: number): never {
  const identity = {
    ...{ kind: 'named', userId: `user${String(i)}`, tenant: 't1', issuer: 'xsuaa', expiresAt },
    ...{ roles, attributes: { plant: ['1010'], email: `user${String(i)}@example.com` } }
  }
  return { identity, expiresAt, keyIsHeld } as never
}

/** 2.6 k characters in a piece of memory of their own, as a token of the smaller size has. */
const tokenOf = (i: number) =>
  Buffer.from(String(i).padStart(2600, 'x'), 'latin1').toString('latin1')

function exchangedToken(i: number) {
  const value = tokenOf(i)
  const token = { value, type: 'bearer', expiresIn: '3600', error: null }
  const header = { key: 'Authorization', value: `Bearer ${value}` }
  return { value: { ...token, http_header: header } as never, lifetime: 3600_000 }
}

/** Both of Node's clocks, ahead of time. */
function simulatedClock() {
  const [now, monotonic] = [Date.now, performance.now.bind(performance)]
  let ahead = 0
  Date.now = () => now() + ahead
  performance.now = () => monotonic() + ahead
  return {
    advance: (milliseconds: number) => (ahead += milliseconds),
    stop: () => {
      Date.now = now
      performance.now = monotonic
    }
  }
}
