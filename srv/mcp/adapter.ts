import cds from '@sap/cds'
import express, { type RequestHandler, type Router } from 'express'

import { cap, type Service } from './cap.js'
import { answerError, checkRoles, endWith } from './access.js'
import { checkOrigin } from './origin.js'

/** An adapter as CAP mounts it, behind `cds.middlewares.before`: CAP 10 its router, and CAP 9 the adapter itself. */
type Adapter = Router & { readonly router: Router }

/**
 * Serves a service as an MCP server, over streamable HTTP and without sessions. The annotation (`@mcp`) and the paths are those of CAP's
 * own adapter.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
 */
export const mcpAdapter = (service: Service): Adapter | undefined => {
  if (!(service instanceof cds.ApplicationService)) return undefined
  const router = express.Router()
  router.use(checkOrigin, checkRoles(service))
  router.post('/', express.json(cap.env.server.body_parser), messagesFor(service))
  router.all('/', (_, res) => {
    endWith(res.set('Allow', 'POST'), 405, 'Method Not Allowed')
  })
  router.use(answerError)
  return Object.assign(router, { router })
}

/** The SDK is loaded with the first message: most of those who start the sample send none. */
function messagesFor(service: Service): RequestHandler {
  return async (req, res) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` finds no TypeScript with `cds watch`
    const { answer } = require('./message.js') as typeof import('./message.js')
    const { status, headers, body } = await answer(service, req)
    res.status(status).set(headers).end(body)
  }
}
