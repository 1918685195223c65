import type { IncomingMessage, ServerResponse } from 'node:http'

import type { JWTPayload, JWTVerifyGetKey } from 'jose'

import { CANARY_HEADER } from './landscape.js'
import { InternetBackend } from '../../../test/support/internet-backend.js'

/** A call that the system on the internet has accepted. */
export interface InternetCall {
  readonly marker: string
  /** User of the token; `null` for that of an application. */
  readonly user: string | null
  /** Tenant of the token. */
  readonly tenant: string
  /** Tenant whose destination has led here. */
  readonly destination: string
}

/** A system on the internet with a path for each tenant, which knows callers by their tokens of XSUAA, and a reader by its password. */
export class InternetSystem extends InternetBackend {
  #calls: InternetCall[] = []
  #keys: Promise<JWTVerifyGetKey> | undefined

  static async start(): Promise<InternetSystem> {
    const system = new InternetSystem()
    await system.listen((req, res) => void system.#answer(req, res))
    return system
  }

  /** Returns what came since the last time. */
  takeCalls(): InternetCall[] {
    const calls = this.#calls
    this.#calls = []
    return calls
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { authorization = '' } = req.headers
    const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? []
    const claims = token ? await this.#claims(token) : undefined
    const isReader = req.method === 'GET' && authorization === `Basic ${CANARY_HEADER}`
    const [, destination = '', marker = ''] = /^\/([^/]+)\/(\w+)$/.exec(req.url ?? '') ?? []
    if (claims && req.method === 'POST') {
      const { user_name: user = null, zid } = claims
      this.#calls.push({ marker, user: user as string | null, tenant: String(zid), destination })
    }
    res.writeHead(claims || isReader ? 200 : 401, { 'content-type': 'application/json' }).end('{}')
  }

  /** Returns the claims of a valid token. Keys are fetched again for one that those at hand do not verify. */
  async #claims(token: string): Promise<JWTPayload | undefined> {
    this.#keys ??= this.publishedKeys()
    try {
      return await this.verified(token, this.#keys)
    } catch {
      this.#keys = this.publishedKeys()
      return this.verified(token, this.#keys).catch(() => undefined)
    }
  }
}
