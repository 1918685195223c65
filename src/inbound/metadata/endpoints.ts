import type { IncomingMessage } from 'node:http'

import { cap } from '../../cap.js'

/** Path below which the metadata of an endpoint is found, as RFC 9728, section 3 has it. */
export const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** An endpoint of the application, with its path as the client sees it. */
export interface Endpoint {
  readonly path: string
  /** Title of the service, or its name. */
  readonly name: string
}

/** Characters of a path that is told to a client. */
const PATH = /^(?:\/[\w.~%!$&'()*+,;=:@-]+)*\/?$/

const MAX_PATH = 500

/** Returns the endpoint that a request is for; `undefined` for a path that belongs to no service. @internal */
export function endpointOf(req: IncomingMessage): Endpoint | undefined {
  const path = pathOf(req)
  const found = endpoints()
    .filter((each) => isBelow(path, each.path))
    .toSorted((a, b) => b.path.length - a.path.length)[0]
  if (!found) return undefined
  return seenBy(req, found, path.slice(found.path.length))
}

/** Returns the endpoint whose metadata a request is for: its path has to be that of an endpoint, and none below it. @internal */
export function endpointOfMetadata(req: IncomingMessage): Endpoint | undefined {
  const path = pathOf(req).slice(WELL_KNOWN.length)
  const slash = path.endsWith('/') ? '/' : ''
  const own = slash ? path.slice(0, -1) : path
  const found = endpoints().find((each) => each.path === own)
  if (!found) return undefined
  const forwarded = forwardedPath(req)
  if (forwarded === undefined) return { ...found, path: `${own}${slash}` }
  if (!forwarded.startsWith(`${WELL_KNOWN}/`)) return undefined
  return { ...found, path: forwarded.slice(WELL_KNOWN.length) }
}

/**
 * Returns an endpoint with the path at which the client sees it: the application router can have another one, which it sends as
 * `x-forwarded-path`. What is behind the path of the endpoint is the same for both.
 *
 * @param rest - of the path, behind that of the endpoint
 */
function seenBy(req: IncomingMessage, endpoint: Endpoint, rest: string): Endpoint | undefined {
  const forwarded = forwardedPath(req)
  if (forwarded === undefined) return endpoint
  if (!forwarded.endsWith(rest)) return undefined
  const path = rest ? forwarded.slice(0, -rest.length) : forwarded
  return path === '' ? undefined : { ...endpoint, path }
}

function forwardedPath({ headers }: IncomingMessage): string | undefined {
  const path = headers['x-forwarded-path']
  if (path === undefined) return undefined
  const [own = ''] = String(path).split('?', 1)
  return own.length <= MAX_PATH && PATH.test(own) ? own : ''
}

function endpoints(): Endpoint[] {
  return cap.service.providers.flatMap(({ name, definition, endpoints: own = [] }) => {
    const { '@title': title } = definition ?? {}
    const isText = typeof title === 'string' && title !== '' && !title.startsWith('{i18n>')
    return own
      .map(({ path }) => ({ path: path.replace(/\/$/, ''), name: isText ? title : name }))
      .filter(({ path }) => path !== '' && PATH.test(path))
  })
}

/** Express does not look at the case of a path. */
function isBelow(path: string, endpoint: string): boolean {
  const start = path.slice(0, endpoint.length + 1).toLowerCase()
  return start === endpoint.toLowerCase() || start === `${endpoint.toLowerCase()}/`
}

/** The whole path: express cuts off what a service is mounted at. */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '').split('?', 1)[0] ?? ''
}
