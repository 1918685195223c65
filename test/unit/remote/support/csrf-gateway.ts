import type { IncomingMessage, ServerResponse } from 'node:http'

import { json, plain } from './backend.js'

/** What SAP Gateway does: a token belongs to the session that its cookie names, and that to a user. */
export class CsrfGateway {
  /** Tokens by session, as the system knows them. */
  readonly sessions = new Map<string, string>()
  #count = 0

  readonly answer = (req: IncomingMessage, res: ServerResponse): void => {
    const owner = String(req.headers['sap-connectivity-authentication'])
    if (req.headers['x-csrf-token'] === 'Fetch') {
      const id = `${++this.#count}`
      this.sessions.set(id, `token-${id} ${owner}`)
      const cookies = [
        `SAP_SESSIONID=${id}; path=/; secure; HttpOnly`,
        'sap-usercontext=sap-client=100; path=/'
      ]
      json(res, 200, {}, { 'x-csrf-token': `token-${id}`, 'set-cookie': cookies })
      return
    }
    if (req.method === 'GET') return json(res, 200, {})
    const [, id = ''] = /SAP_SESSIONID=(\d+)/.exec(req.headers.cookie ?? '') ?? []
    if (this.sessions.get(id) === `${String(req.headers['x-csrf-token'])} ${owner}`) {
      json(res, 201, { d: { id } }, { 'set-cookie': 'extra=1; path=/' })
    } else plain(res, 403, 'CSRF token validation failed', { 'x-csrf-token': 'Required' })
  }
}
