import type { IncomingMessage, ServerResponse } from 'node:http'

import type cds from '@sap/cds'

import { USER_HEADER } from './http/gateway.js'
import { roleOf } from './rules/apply-rules.js'

/** CAP's authentication in the process of the system: the gateway has logged on the user. */
function s4Auth() {
  return function s4_auth(
    req: IncomingMessage,
    res: ServerResponse,
    next: (error?: unknown) => void
  ): void {
    const header = req.headers[USER_HEADER]

    // the instance of the project, which serve-edmx.ts has loaded
    const { context, User } = (globalThis as unknown as { cds: typeof cds }).cds
    if (typeof header !== 'string' || !context) {
      res.writeHead(401).end()
      return
    }
    const id = decodeURIComponent(header)
    context.user = new User({ id, attr: {}, roles: [roleOf(id)] })
    next()
  }
}

export { s4Auth as default }
