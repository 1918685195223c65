import { createPublicKey, verify } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { get } from 'node:https'
import { json } from 'node:stream/consumers'

import cds from '@sap/cds'

import { auth } from '../src/auth.js'
import type { Emulator } from '../src/emulator/index.js'
import { sideBySide, type Subject } from './measure.js'
import type { Target } from './targets.js'
import { fresh, type Size, tokens } from './tokens.js'

type Middleware = (
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
    { name: 'stock 1000', run: (i) => request(stock, active[i % 1000] ?? '') },
    { name: 'raw', run: (i) => rawVerification(key, cold[i % cold.length] ?? '') }
  ]
  const costs = await sideBySide(subjects, effort.rounds, effort.milliseconds)
  const coldCost = await firstTime(middlewares(emulator).ours, cold)
  const median = (name: string) => costs.get(name)?.median ?? NaN
  const above = (name: string) =>
    median(name) - median(name.endsWith('1000') ? 'none 1000' : 'none')
  const spread = Math.max(...[...costs.values()].map((cost) => cost.spread))
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
    ratio(
      'auth, new token: CPU ÷ (raw RS256 verification + JSON.parse)',
      (coldCost - (costs.get('none')?.median ?? 0)) / (costs.get('raw')?.median ?? NaN),
      1.5
    )
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

/** One request in a context of its own, as CAP's context middleware makes it. */
function request(middleware: Middleware, token: string): Promise<void> {
  const authorization = fresh(`Bearer ${token}`)
  const req = {
    url: '/',
    headers: { authorization },
    headersDistinct: { authorization: [authorization] }
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

/** CPU of tokens that were never seen, µs each; the first third only warms the code up. */
async function firstTime(middleware: Middleware, all: readonly string[]): Promise<number> {
  const third = Math.floor(all.length / 3)
  for (const token of all.slice(0, third)) await request(middleware, token)
  const measured = all.slice(third)
  const before = process.cpuUsage()
  for (const token of measured) await request(middleware, token)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / measured.length
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
