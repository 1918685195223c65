import type { RequestHandler } from 'express'

/**
 * Refuses requests of pages at other hosts, as the MCP specification demands. A page whose host name suddenly leads to this machine
 * (DNS rebinding) names the same host everywhere: so in development it has to be a name of this machine.
 */
export const checkOrigin: RequestHandler = (req, _res, next) => {
  const { origin, host = '', 'x-forwarded-host': forwarded = host } = req.headers
  const isProduction = process.env.NODE_ENV === 'production'
  const isKnown = isProduction || LOCAL.test(String(forwarded))
  const isSame = origin === undefined || hostOf(origin) === String(forwarded).toLowerCase()
  next(isKnown && isSame ? undefined : 403)
}

/** Names of this machine, with any port. */
const LOCAL = /^(?:(?:[\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
