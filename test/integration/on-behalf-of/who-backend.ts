import type { IncomingMessage, ServerResponse } from 'node:http'

import { InternetBackend } from '../../support/internet-backend.js'

/** As whom a call came. */
export interface Who {
  /** `user_name` of a token, or the user of Basic credentials. */
  readonly user: string | null
  /** `none`, `Basic`, or the `grant_type` of a token whose signature is good. */
  readonly as: string
  readonly tenant: string | null
  readonly path: string
}

/** What answers look like, by the first segment of the path. */
const BODIES: Record<string, (who: Who) => object> = {
  'odata-v2': () => ({ d: { results: [] } }),
  odata: () => ({ value: [] }),
  hcql: () => ({ data: [] })
}

/** A backend on the internet that answers everybody, and keeps a record of who has called. */
export class WhoBackend extends InternetBackend {
  readonly calls: Who[] = []
  /** Status of the answers. */
  status = 200
  /** Where it sends its callers instead. */
  redirectTo: string | undefined

  static async start(): Promise<WhoBackend> {
    const backend = new WhoBackend()
    await backend.listen((req, res) => void backend.#answer(req, res))
    return backend
  }

  async #answer({ url: path = '', headers }: IncomingMessage, res: ServerResponse): Promise<void> {
    const who = { ...(await this.#who(headers.authorization)), path }
    this.calls.push(who)
    const body = BODIES[path.split('/')[1] ?? '']?.(who) ?? who
    if (this.redirectTo) {
      res.writeHead(302, { location: this.redirectTo }).end()
      return
    }
    res.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  async #who(authorization?: string): Promise<Omit<Who, 'path'>> {
    const [scheme = '', value = ''] = authorization?.split(' ') ?? []
    if (scheme === 'Basic') {
      const [user = null] = Buffer.from(value, 'base64').toString().split(':')
      return { user, as: scheme, tenant: null }
    }
    if (scheme !== 'Bearer') return { user: null, as: 'none', tenant: null }
    const {
      user_name: user = null,
      grant_type,
      zid
    } = (await this.verified(value)) as Record<string, string>
    return { user, as: String(grant_type).split(':').at(-1)!, tenant: zid ?? null }
  }
}
