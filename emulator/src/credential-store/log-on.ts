import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { bearerToken } from '../http/bearer.js'
import { clientCertificate } from '../http/client-certificate.js'
import { readForm } from '../http/read-form.js'
import { sendJson } from '../http/respond.js'
import { equal } from '../xsuaa/authenticate-client.js'
import { isNamespace } from './credentials.js'
import type { StoreInstance } from './instance.js'

/** Seconds that a token is valid. */
const EXPIRES_IN = 1800
const MOST_TOKENS = 1000

/** Checks who calls the API, by the authentication type of the instance. */
export class LogOn {
  readonly #instance: StoreInstance
  /** Namespaces by token. */
  readonly #tokens = new LRUCache<string, { namespace: string; until: number }>({
    max: MOST_TOKENS
  })

  constructor(instance: StoreInstance) {
    this.#instance = instance
  }

  /**
   * Returns the namespace of a call: that of the header, or of the token.
   *
   * @returns `undefined` for a caller who has not logged on; an empty text where no namespace is named
   */
  namespaceOf(req: IncomingMessage): string | undefined {
    const { authentication, username, password, clock } = this.#instance
    const { authorization = '' } = req.headers
    if (authentication === 'oauth:mtls') {
      const token = this.#tokens.get(bearerToken(authorization) ?? '')
      return token && token.until > clock.now() ? token.namespace : undefined
    }
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const isKnown =
      authentication === 'basic' ? equal(expected, authorization) : this.#hasCertificate(req)
    return isKnown ? String(req.headers['sapcp-credstore-namespace'] ?? '') : undefined
  }

  /** Answers a request for a token: OAuth client credentials with mutual TLS. */
  async answerToken(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = await readForm(req)
    if (form?.get('grant_type') !== 'client_credentials') {
      return sendJson(res, 400, { error: 'unsupported_grant_type' })
    }
    const { username, clock, authentication } = this.#instance
    const isKnown = authentication === 'oauth:mtls' && form.get('client_id') === username
    if (!isKnown || !this.#hasCertificate(req))
      return sendJson(res, 401, { error: 'invalid_client' })
    const namespace = form.get('credstore_namespace') ?? ''
    if (!isNamespace(namespace)) return sendJson(res, 400, { error: 'invalid_request' })
    const token = `${randomBytes(18).toString('base64url')}.${randomBytes(48).toString('base64url')}`
    this.#tokens.set(token, { namespace, until: clock.now() + EXPIRES_IN * 1000 })
    sendJson(res, 200, { access_token: token, token_type: 'bearer', expires_in: EXPIRES_IN })
  }

  #hasCertificate(req: IncomingMessage): boolean {
    const presented = clientCertificate(req)
    return presented !== undefined && this.#instance.certificate.accepts(presented)
  }
}
