import cds from '@sap/cds'

import { auth } from '../src/auth.js'
import type { Emulator } from '../src/emulator/index.js'
import { type Middleware, request } from './inbound.js'
import { target, type Target } from './targets.js'
import { tokens } from './tokens.js'

const TENANTS = 3000

/** Seconds for which a tenant that nobody knows is not looked up, after one of them had no good token. */
const COOL_DOWN = 1

/** Tokens that name 3000 tenants which do not exist: calls of the issuer for each cool-down, and what is kept of them. */
export async function forged(emulator: Emulator): Promise<Target[]> {
  const [token = ''] = await tokens(emulator, 'S', 1)
  const all = Array.from({ length: 1.5 * TENANTS }, (_, i) =>
    withTenant(token, `tenant-${String(i)}`)
  )
  cds.log('principal', { level: 'silent' } as never)
  const { credentials } = emulator.vcapServices().xsuaa[0] ?? {}
  const shared = { ...credentials, tenantmode: 'shared' }
  const middleware = auth({ kind: 'principal', credentials: shared as never }) as Middleware
  await request(middleware, token)
  for (const each of all.splice(0, TENANTS / 2)) await refusal(middleware, each) // only warms the code up
  const fetches = keyRequests(emulator)
  const before = heap()
  const start = performance.now()
  for (const each of all) await refusal(middleware, each)
  const coolDowns = Math.ceil((performance.now() - start) / 1000 / COOL_DOWN)
  const calls = (keyRequests(emulator) - fetches) / coolDowns
  const kept = Math.max(0, heap() - before) / all.length
  return [
    target('forged tokens, 3000 tenants: calls of the issuer for each cool-down', calls, 1),
    // what the collector leaves behind anywhere is a few kB in all
    target('forged tokens, 3000 tenants: bytes kept of each', kept, 10)
  ]
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

function keyRequests(emulator: Emulator): number {
  return emulator.requests('xsuaa').filter(({ path }) => path.startsWith('/token_keys')).length
}

function heap(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().heapUsed
}
