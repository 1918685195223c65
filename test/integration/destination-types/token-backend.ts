import type { IncomingMessage, ServerResponse } from 'node:http'

import { jose } from '../../../src/emulator/jose.js'
import type { Emulator } from '../../../src/emulator/index.js'
import { send } from '../../unit/emulator/support/http.js'
import { type HttpsServer, startHttpsServer } from './https-server.js'

/** One call, as the backend has understood it. */
export interface BackendCall {
  readonly method: string
  readonly path: string
  readonly status: number
  /** `user_name` of the token. */
  readonly user: string | null
  readonly tenant?: unknown
  readonly grant?: unknown
  /** Client that the token was issued to. */
  readonly client?: unknown
  /** Names of the headers that came along. */
  readonly headers: readonly string[]
}

/** An internet backend that takes tokens of the emulated XSUAA, and keeps a record of who has called. */
export class TokenBackend {
  readonly calls: BackendCall[] = []
  #server: HttpsServer | undefined
  #emulator: Emulator | undefined

  static async start(): Promise<TokenBackend> {
    const backend = new TokenBackend()
    backend.#server = await startHttpsServer((req, res) => void backend.#answer(req, res))
    return backend
  }

  get url(): string {
    return this.#server!.url
  }

  get ca(): string {
    return this.#server!.ca
  }

  /** Whose tokens it takes: the emulator needs the backend's URL, and so is started later. */
  trust(emulator: Emulator): void {
    this.#emulator = emulator
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = req
    const claims = await this.#verified(headers.authorization)
    const status = claims ? 200 : 401
    const { user_name: user = null, zid: tenant, grant_type: grant, azp: client } = claims ?? {}
    const call = { method, path, status, user: user as string | null, tenant, grant, client }
    this.calls.push({ ...call, headers: Object.keys(headers) })
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify(claims ? call : { error: 'unauthorized' }))
  }

  async #verified(authorization = '') {
    const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? []
    if (!token || !this.#emulator) return undefined
    const { url, ca } = this.#emulator
    const { body } = await send(`${url}/token_keys`, { ca })
    const keys = jose.createLocalJWKSet(body)
    const verified = await jose
      .jwtVerify(token, keys, { algorithms: ['RS256'] })
      .catch(() => undefined)
    return verified?.payload
  }
}
