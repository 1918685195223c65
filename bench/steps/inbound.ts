import { createPublicKey, verify } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { get } from 'node:https'
import { json } from 'node:stream/consumers'

import cds from '@sap/cds'

import { auth } from '../../src/inbound/auth.js'
import type { Emulator } from '../../emulator/src/index.js'
import { sideBySide, type Subject, summary } from '../support/measure.js'
import type { Target } from '../support/targets.js'
import { fresh, type Size, tokens } from '../support/tokens.js'

/** As express calls it. */
export type Middleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void
) => unknown

/** How long to measure. */
export interface Effort {
  readonly rounds: number
  readonly milliseconds: number
}

/** The auth middleware by itself: ours, CAP's own strategy `xsuaa`, and none. */
export async function inbound(emulator: Emulator, effort: Effort): Promise<Target[]> {
  const targets: Target[] = []
  for (const size of ['S', 'L'] as const) targets.push(...(await ofSize(emulator, size, effort)))
  return targets
}

async function ofSize(emulator: Emulator, size: Size, effort: Effort): Promise<Target[]> {
  const active = await tokens(emulator, size, 1000)
  const cold = await tokens(emulator, size, 6000)
  const { ours, stock } = middlewares(emulator)
  const key = await publicKey(emulator)
  const hot = active[0] ?? ''
  const subjects: Subject[] = [
    { name: 'none', run: () => request(nothing, hot) },
    { name: 'none 1000', run: (i) => request(nothing, active[i % 1000] ?? '') },
    { name: 'ours hot', run: () => request(ours, hot) },
    { name: 'stock hot', run: () => request(stock, hot) },
    { name: 'ours 1000', run: (i) => request(ours, active[i % 1000] ?? '') },
    { name: 'stock 1000', run: (i) => request(stock, active[i % 1000] ?? '') }
  ]
  const costs = await sideBySide(subjects, effort.rounds, effort.milliseconds)
  const raw = (token: string) => rawVerification(key, token)
  const first = await firstTime(middlewares(emulator).ours, raw, cold)
  const median = (name: string) => costs.get(name)?.median ?? NaN
  const above = (name: string) =>
    median(name) - median(name.endsWith('1000') ? 'none 1000' : 'none')
  const spread = Math.max(...[...costs.values()].map((cost) => cost.spread))
  for (const [name, { median: cpu }] of costs)
    console.log(`  ${size} ${name}: ${cpu.toFixed(2)} µs`)
  const ratio = (name: string, value: number, target: number): Target => ({
    name: `${name}, ${size}`,
    value,
    target,
    met: value <= target,
    spread
  })
  return [
    ratio(
      'auth, one hot token: CPU ÷ stock',
      above('ours hot') / above('stock hot'),
      size === 'S' ? 1 / 5 : 1 / 10
    ),
    ratio(
      'auth, 1000 active tokens: CPU ÷ stock',
      above('ours 1000') / above('stock 1000'),
      1 / 100
    ),
    {
      ...ratio('auth, new token: CPU ÷ (raw RS256 verification + JSON.parse)', first.median, 1.5),
      spread: first.spread
    }
  ]
}

const nothing: Middleware = (_, __, next) => {
  next()
}

function middlewares(emulator: Emulator): Record<'ours' | 'stock', Middleware> {
  const { credentials } = emulator.vcapServices().xsuaa[0] ?? {}
  const stock = (cds as unknown as { auth(options: object): Middleware }).auth({
    kind: 'xsuaa',
    impl: undefined,
    credentials
  })
  return {
    ours: auth({ kind: 'principal', credentials: credentials as never }),
    stock
  }
}

const named = (authorization: string) => ['Authorization', authorization]

/** One request in a context of its own, as CAP's context middleware makes it. */
export function request(middleware: Middleware, token: string): Promise<void> {
  const authorization = fresh(`Bearer ${token}`)
  const req = {
    url: '/',
    headers: { authorization },
    headersDistinct: { authorization: [authorization] },
    rawHeaders: ['Host', 'x', 'Connection', 'keep-alive', 'Accept', '*/*', ...named(authorization)]
  }
  return new Promise((done, fail) => {
    const res = { writeHead: () => undefined, end: fail, setHeader: () => undefined }
    const context = new cds.EventContext({ id: 'x' } as never)
    const run = (cds as unknown as { _with(context: object, work: () => unknown): unknown })._with
    run.call(cds, context, () =>
      middleware(req as never, res as never, (error) => {
        if (error === undefined) done()
        else fail(new Error(`refused: ${JSON.stringify(error)}`))
      })
    )
  })
}

/** Tokens that a middleware has never seen, against the floor: median of the ratios of small portions, side by side. */
async function firstTime(middleware: Middleware, raw: (token: string) => unknown, all: string[]) {
  const portions = Array.from({ length: all.length / PORTION }, (_, i) =>
    all.slice(i * PORTION, (i + 1) * PORTION)
  )
  const ratios: number[] = []
  for (const [i, portion] of portions.entries()) {
    const base = await cpuOf(portion, (token) => request(nothing, token))
    const ours = await cpuOf(portion, (token) => request(middleware, token))
    const floor = await cpuOf(portion, raw)
    if (i >= portions.length / 3) ratios.push((ours - base) / floor) // those before warm the code up
  }
  return summary(ratios)
}

/** Tokens at a time: enough for the clock of CPU time, few enough to compare like with like. */
const PORTION = 100

/** µs each. */
async function cpuOf(portion: readonly string[], run: (token: string) => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (const token of portion) await run(token)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / portion.length
}

function rawVerification(key: ReturnType<typeof createPublicKey>, token: string): unknown {
  const [header = '', payload = '', signature = ''] = fresh(token).split('.')
  const good = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature, 'base64url')
  )
  const parse = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
  return good && [parse(header), parse(payload)]
}

function publicKey({ url, ca }: Emulator): Promise<ReturnType<typeof createPublicKey>> {
  return new Promise((done, fail) => {
    get(`${url}/token_keys`, { ca, agent: false }, (res) => {
      json(res).then((body) => {
        const [jwk] = (body as { keys: object[] }).keys
        done(createPublicKey({ key: jwk as never, format: 'jwk' }))
      }, fail)
    }).on('error', fail)
  })
}
