import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

import { startHttpsServer } from '../../test/support/https-server.js'

/*
 * An XSUAA and Identity Authentication, as far as an application sees them, at a distance from it; without memory of what
 * they were asked but the times. `own` as the argument: each tenant has keys of its own, else they share them.
 */

/** Milliseconds until an answer. */
const LATENCY = 150

/** What the parent asks for. */
export interface IssuerOrder {
  /** Claims of tokens, which have their tenant in `zid` or `app_tid`. Only tenants with tokens have keys. */
  readonly sign?: readonly Record<string, unknown>[]
}

/** An answer to the parent: the tokens, and when the issuer was asked since the last one, milliseconds. */
export interface IssuerAnswer {
  readonly tokens: readonly string[]
  readonly calls: readonly number[]
}

interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly jwk: object
}

const keys = new Map<string, Key>()
let calls: number[] = []

function keyOf(tenant: string): Key {
  const known = keys.get(tenant) ?? (process.argv[2] === 'own' ? undefined : [...keys.values()][0])
  const key = known ?? createKey()
  keys.set(tenant, key)
  return key
}

function createKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = `key-${String(keys.size)}`
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
  return { kid, privateKey, jwk }
}

function sign(claims: Record<string, unknown>): string {
  const { kid, privateKey } = keyOf(String(claims['zid'] ?? claims['app_tid']))
  const parts = [{ alg: 'RS256', typ: 'JWT', kid }, claims]
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const text = signed.join('.')
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  calls.push(Date.now())
  await pause(LATENCY)
  const { pathname, searchParams } = new URL(req.url ?? '/', 'https://localhost')
  const tenant = searchParams.get('zid') ?? String(req.headers['x-app_tid'])
  const key = keys.get(tenant)
  const discovery = pathname === '/.well-known/openid-configuration'
  if (!discovery && !key) res.statusCode = 400
  const host = `https://${String(req.headers.host)}`
  const body = discovery ? { jwks_uri: `${host}/oauth2/certs` } : { keys: [key?.jwk] }
  res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

void startHttpsServer((req, res) => void answer(req, res)).then(({ url, ca }) => {
  process.on('message', ({ sign: all = [] }: IssuerOrder) => {
    const asked: IssuerAnswer = { tokens: all.map(sign), calls }
    calls = []
    process.send?.(asked)
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ url, ca })
})
