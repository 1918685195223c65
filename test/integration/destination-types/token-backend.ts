import type { IncomingMessage, ServerResponse } from 'node:http'

import { InternetBackend } from '../../support/internet-backend.js'

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
export class TokenBackend extends InternetBackend {
  readonly calls: BackendCall[] = []

  static async start(): Promise<TokenBackend> {
    const backend = new TokenBackend()
    await backend.listen((req, res) => void backend.#answer(req, res))
    return backend
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = req
    const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? []
    const claims = token ? await this.verified(token).catch(() => undefined) : undefined
    const status = claims ? 200 : 401
    const { user_name: user = null, zid: tenant, grant_type: grant, azp: client } = claims ?? {}
    const call = { method, path, status, user: user as string | null, tenant, grant, client }
    this.calls.push({ ...call, headers: Object.keys(headers) })
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify(claims ? call : { error: 'unauthorized' }))
  }
}
