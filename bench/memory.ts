import { VerifiedTokens } from '../src/token/verified-tokens.js'
import type { Target } from './targets.js'

const TOKENS = 100_000

/** What is kept for a token on average, of 100,000 users with the same roles, in kB. */
export function memory(): Target {
  const collect = (globalThis as { gc?: () => void }).gc
  if (!collect) throw new Error('run with --expose-gc')
  const kept = new VerifiedTokens()
  const roles = { Technician: 1 }
  const heap = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = heap()
  for (let i = 0; i < TOKENS; i++) {
    const identity = identityOf(i, roles)
    kept.set(tokenOf(i), { identity, expiresAt: 2e9, keyIsHeld } as never)
  }
  const value = (heap() - before) / TOKENS / 1024
  if (!kept.get(tokenOf(TOKENS - 1))) throw new Error('nothing is kept')
  return { name: 'kept for a verified token, kB', value, target: 0.5, met: value <= 0.5, spread: 0 }
}

const keyIsHeld = () => true

function identityOf(i: number, roles: object): object {
  return {
    ...{ kind: 'named', userId: `user${String(i)}`, tenant: 't1', issuer: 'xsuaa', expiresAt: 2e9 },
    ...{ roles, attributes: { plant: ['1010'], email: `user${String(i)}@example.com` } }
  }
}

/** 2.6 k characters, as a token of the smaller size has. */
const tokenOf = (i: number) => String(i).padStart(2600, 'x')
