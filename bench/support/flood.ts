import { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

import cds from '@sap/cds'

import type { Middleware } from '../steps/inbound.js'

/** Milliseconds between two forged tokens. */
const FORGED_EVERY = 5

/** An answer to a request. */
export interface Answered {
  readonly status: number
  /** Of `Retry-After`, seconds. */
  readonly retryAfter: number
  readonly milliseconds: number
}

/**
 * Sends a request with a token through the middleware.
 *
 * @param addresses - of `X-Forwarded-For`; the platform's router adds the last one
 */
export async function ask(
  middleware: Middleware,
  token: string,
  addresses: string
): Promise<Answered> {
  const authorization = `Bearer ${token}`
  const req = {
    method: 'GET',
    url: '/',
    headers: { authorization, 'x-forwarded-for': addresses },
    headersDistinct: { authorization: [authorization] },
    rawHeaders: ['Host', 'x', 'Authorization', authorization],
    socket: { remoteAddress: '10.0.0.1' }
  }
  const start = performance.now()
  const context = new cds.EventContext({ id: 'x' } as never)
  const run = (cds as unknown as { _with(context: object, work: () => unknown): unknown })._with
  const res = new ServerResponse(req as never)
  await new Promise<unknown>((done) => {
    res.end = done as never
    run.call(cds, context, () => middleware(req as never, res, done))
  })
  const milliseconds = performance.now() - start
  const retryAfter = Number(res.getHeader('Retry-After') ?? 0)
  return { status: res.statusCode, retryAfter, milliseconds }
}

/**
 * Sends 200 forged tokens a second.
 *
 * @param forge - the i-th token
 * @param addresses - of its sender
 * @returns the statuses of the answers, by number
 */
export async function flood(
  middleware: Middleware,
  milliseconds: number,
  forge: (i: number) => string,
  addresses: (i: number) => string
): Promise<Map<number, number>> {
  const answers: Promise<Answered>[] = []
  const start = performance.now()
  for (let i = 0; i * FORGED_EVERY < milliseconds; i++) {
    answers.push(ask(middleware, forge(i), addresses(i)))
    const ahead = start + i * FORGED_EVERY - performance.now()
    if (ahead > 0) await pause(ahead)
  }
  const statuses = new Map<number, number>()
  for (const { status } of await Promise.all(answers))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  if (statuses.has(200)) throw new Error('a forged token was accepted')
  return statuses
}

/** A token with other claims; the signature stays. */
export function forged(token: string, claims: object): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const genuine = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const changed = Buffer.from(JSON.stringify({ ...genuine, ...claims })).toString('base64url')
  return [header, changed, signature].join('.')
}
