import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Client, Landscape } from '../landscape.js'
import { badClient, invalidRequest } from './token-error.js'

/**
 * The client of a token request: from the Basic header or the body, never from both.
 *
 * @throws TokenError
 */
export function authenticateClient(
  landscape: Landscape,
  req: IncomingMessage,
  form: URLSearchParams
): Client {
  const { id, secret } = fromHeader(req, form) ?? {
    id: form.get('client_id') ?? '',
    secret: form.get('client_secret') ?? ''
  }
  const client = findClient(landscape, id)
  if (!client || !equal(client.secret, secret)) throw badClient()
  return client
}

/** The client with this id. */
export function findClient(landscape: Landscape, id: string): Client | undefined {
  return Object.values(landscape.clients).find((client) => client.id === id)
}

/** Compares without telling by its duration how much of it was right. */
export function equal(expected: string, actual: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(actual))
}

function fromHeader(req: IncomingMessage, form: URLSearchParams) {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(authorization) ?? []
  if (!encoded) throw badClient()
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(decode(encoded)) ?? []
  // RFC 6749 section 2.3: no more than one way of authentication
  if (form.has('client_secret') || (form.get('client_id') ?? id) !== id) {
    throw invalidRequest('client credentials must be sent in one place only')
  }
  return { id, secret }
}

const decode = (encoded: string) => Buffer.from(encoded, 'base64').toString('utf8')
