import { setTimeout as pause } from 'node:timers/promises'

import cds from '@sap/cds'

import { auth } from '../../src/inbound/auth.js'
import { ask, flood, forged as forge } from '../support/flood.js'
import type { Middleware } from './inbound.js'
import { startIssuer } from '../support/issuer.js'
import { target, type Target } from '../support/targets.js'

/** Milliseconds: how long the flood lasts, and how far apart the first requests of new tenants are. */
const FLOOD = 10_000
const NEW_EVERY = 400
const NEW_TENANTS = 20

/** Milliseconds in which a first request has to be answered, and after which nothing of the flood is remembered. */
const IN_TIME = 2000
const FORGOTTEN = 21_000

const FLOODED = '200 forged tokens/s'

/** Addresses of senders, as the platform's router puts them into `X-Forwarded-For`. */
const ATTACKER = '198.51.100.7'
const client = (i: number) => `203.0.113.${String(i)}`

/** Where the requests of a flood come from, and where those of new tenants do. */
interface Senders {
  readonly forged: (i: number) => string
  readonly genuine: (i: number) => string
}

const ONE_ADDRESS: Senders = { forged: () => ATTACKER, genuine: () => ATTACKER }
const OWN_ADDRESSES: Senders = { forged: () => ATTACKER, genuine: client }
const INVENTED: Senders = { forged: (i) => `192.0.2.${String(i)}, ${ATTACKER}`, genuine: client }

/**
 * 200 forged tokens a second, each of another tenant that does not exist, while new tenants send their first requests: how
 * many of these come through in time, how often the issuer is asked, and what is kept of the forged ones.
 */
export async function forged(): Promise<Target[]> {
  cds.log('principal', { level: 'silent' } as never)
  return [...(await sharedKeys()), ...(await ownKeys()), ...(await identityAuthentication())]
}

/** Tenants share keys, as in most landscapes; everything comes through one proxy. */
async function sharedKeys(): Promise<Target[]> {
  const { stop, flooded, assertServed } = await xsuaa('shared')
  try {
    // only warms the code up, and makes the room for tokens that are kept
    await flooded(ONE_ADDRESS, 0, 2500)
    await pause(FORGOTTEN)
    const before = heap()
    const { late, busiest } = await flooded(ONE_ADDRESS, NEW_TENANTS)
    await pause(FORGOTTEN)
    const kept = Math.max(0, heap() - before) / (FLOOD / 5)
    await assertServed() // and what is kept is in use until here
    return [
      target(`${FLOODED}: new tenants not served in 2 s, %`, late, 5),
      target(`${FLOODED}: calls of the issuer in the busiest second`, busiest, 60),
      // what 20 genuine tenants need, and what the collector leaves behind anywhere, is some kB in all
      target(`${FLOODED}: bytes kept of each`, kept, 100)
    ]
  } finally {
    stop()
  }
}

/** No key that is known tells whose tokens are genuine: only who sends them does, or that they come again. */
async function ownKeys(): Promise<Target[]> {
  const own = await floodedByTenant(OWN_ADDRESSES)
  const invented = await floodedByTenant(INVENTED)
  const one = await floodedByTenant(ONE_ADDRESS)
  console.log(`  one address: ${String(one.late)} % of the first requests not served in 2 s`)
  const name = `${FLOODED}, keys by tenant`
  const late = 'new tenants at other addresses not served in 2 s, %'
  const busiest = Math.max(own.busiest, invented.busiest, one.busiest)
  return [
    target(`${name}: ${late}`, own.late, 5),
    target(`${name}, invented X-Forwarded-For: ${late}`, invented.late, 5),
    target(
      `${name}, one address: new tenants not served at the second request, %`,
      one.unserved,
      5
    ),
    target(`${name}: calls of the issuer in the busiest second`, busiest, 60)
  ]
}

async function floodedByTenant(senders: Senders) {
  const { stop, flooded } = await xsuaa('own')
  return flooded(senders, NEW_TENANTS).finally(stop)
}

/** An application bound to a distant XSUAA. */
async function xsuaa(keys: 'shared' | 'own') {
  const issuer = await startIssuer(keys)
  const xsappname = 'bench!t1'
  const clientid = `sb-${xsappname}`
  const binding = {
    clientid,
    xsappname,
    uaadomain: issuer.host,
    tenantid: 'own',
    tenantmode: 'shared'
  }
  const middleware = auth({ kind: 'principal', credentials: binding }) as Middleware
  const claims = (zid: string) => ({
    ...{ iss: `https://${zid}.${issuer.host}/oauth/token`, zid, ...common(clientid) },
    ...{
      cid: clientid,
      client_id: clientid,
      grant_type: 'authorization_code',
      origin: 'sap.default'
    },
    ...{ scope: [`${xsappname}.Technician`], user_name: 'alice', user_id: 'u1', sub: 'u1' }
  })
  const [own = '', ...genuine] = await issuer.sign(['own', ...newTenants()].map(claims))
  const assertServed = async () => {
    const { status } = await ask(middleware, own, client(0))
    if (status !== 200) throw new Error(`the own tenant gets ${String(status)}`)
  }
  await assertServed()
  const flooded = async (senders: Senders, tenants: number, milliseconds = FLOOD) => {
    await issuer.calls()
    const requests = firstRequests(middleware, genuine.slice(0, tenants), senders)
    const run = crypto.randomUUID()
    const token = (i: number) => forge(own, { zid: `${run}-${String(i)}` })
    await flood(middleware, milliseconds, token, senders.forged)
    return { ...(await requests), busiest: busiestOf(await issuer.calls()) }
  }
  return { stop: issuer.stop, flooded, assertServed }
}

const newTenants = () => Array.from({ length: NEW_TENANTS }, (_, i) => `new-${String(i)}`)

function common(clientid: string) {
  const iat = Math.floor(Date.now() / 1000) - 10
  return { aud: [clientid], azp: clientid, jti: 'j1', iat, exp: iat + 3600 }
}

/** How many new tenants, in %, have no answer in time; and how many have none when they have come again once. */
async function firstRequests(
  middleware: Middleware,
  tokens: readonly string[],
  { genuine }: Senders
) {
  const answers = []
  for (const [i, token] of tokens.entries()) {
    await pause(NEW_EVERY)
    answers.push(withSecond(middleware, token, genuine(i)))
  }
  const all = await Promise.all(answers)
  const share = (test: (each: (typeof all)[number]) => boolean) =>
    (100 * all.filter(test).length) / Math.max(1, all.length)
  return {
    late: share(({ first }) => first.status !== 200 || first.milliseconds > IN_TIME),
    unserved: share(({ last }) => last.status !== 200)
  }
}

async function withSecond(middleware: Middleware, token: string, address: string) {
  const first = await ask(middleware, token, address)
  if (first.status !== 503) return { first, last: first }
  await pause(first.retryAfter * 1000)
  return { first, last: await ask(middleware, token, address) }
}

/**
 * Identity Authentication has keys by tenant and client. During the flood: new tokens of the application's own client, and
 * tokens for other applications.
 */
async function identityAuthentication(): Promise<Target[]> {
  const issuer = await startIssuer('own')
  const clientid = 'bench-client'
  const binding = { clientid, url: issuer.url, domains: [issuer.host], app_tid: 'own' }
  const middleware = auth({ kind: 'principal', credentials: binding }) as Middleware
  const claims = (app_tid: string, more: object = {}) => ({
    ...{ ...common(clientid), iss: issuer.url, app_tid, sub: 'u1', ...more }
  })
  try {
    const others = Array.from({ length: NEW_TENANTS }, (_, i) => ({ jti: `t${String(i)}` }))
    const own = await issuer.sign(others.map((each) => claims('own', each)))
    const wrong = await issuer.sign(others.map((each) => claims('own', { ...each, aud: 'other' })))
    const genuine = await issuer.sign(newTenants().map((tenant) => claims(tenant)))
    const [base = ''] = own
    await issuer.calls()
    const requests = firstRequests(middleware, genuine, OWN_ADDRESSES)
    const expected = Promise.all([
      unexpected(middleware, own, 200),
      unexpected(middleware, wrong, 401)
    ])
    const token = (i: number) => forge(base, { app_tid: `forged-${String(i)}` })
    await flood(middleware, FLOOD, token, OWN_ADDRESSES.forged)
    const [notOwn, notRefused] = await expected
    const { late } = await requests
    const calls = busiestOf(await issuer.calls())
    const name = `${FLOODED}, Identity Authentication`
    return [
      target(`${name}: own client, other answers than 200 in 2 s, %`, notOwn, 0),
      target(`${name}: wrong audience, other answers than 401 in 2 s, %`, notRefused, 0),
      target(`${name}: new tenants at other addresses not served in 2 s, %`, late, 5),
      target(`${name}: calls of the issuer in the busiest second`, calls, 60)
    ]
  } finally {
    issuer.stop()
  }
}

/** How many of the tokens have another answer, or a late one, in %; from the address of the flood. */
async function unexpected(middleware: Middleware, tokens: readonly string[], expected: number) {
  const answers = []
  for (const token of tokens) {
    await pause(NEW_EVERY)
    answers.push(ask(middleware, token, ATTACKER))
  }
  const wrong = (await Promise.all(answers)).filter(
    ({ status, milliseconds }) => status !== expected || milliseconds > IN_TIME
  )
  return (100 * wrong.length) / tokens.length
}

/** The greatest number of calls within any second. */
function busiestOf(calls: readonly number[]): number {
  const within = (from: number) => calls.filter((at) => at >= from && at < from + 1000).length
  return Math.max(0, ...calls.map(within))
}

function heap(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().heapUsed
}
