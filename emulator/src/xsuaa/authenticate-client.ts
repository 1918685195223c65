import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BindingCertificate } from '../certificates/binding-certificates.js'
import { clientCertificate } from '../http/client-certificate.js'
import { isForm } from '../http/read-form.js'
import { findClient } from '../landscape/clients.js'
import type { Client, Landscape } from '../landscape/landscape.js'
import { badClient, invalidRequest } from './token-error.js'

/**
 * The client of a token request: by the certificate of the TLS connection where it is bound with one, else by its secret. The
 * Basic header wins; without it, the parameters of a form count.
 *
 * @throws TokenError
 * @see CF UAA, `ClientBasicAuthenticationFilter`, `ClientParametersAuthenticationFilter`
 */
export function authenticateClient(
  landscape: Landscape,
  req: IncomingMessage,
  parameters: URLSearchParams
): Client {
  const { id, secret } = fromHeader(req) ?? fromParameters(req, parameters)
  const client = findClient(landscape, id)
  if (!client) throw badClient()
  const { certificate, credentialType } = client
  if (credentialType === 'x509_attested') return attested(landscape, client, req)
  if (certificate) {
    const presented = clientCertificate(req)
    if (!presented || !certificate.accepts(presented)) throw badClient()
    return boundTo(client, presented)
  }
  if (!equal(client.secret, secret)) throw badClient()
  return client
}

/** Accepts any certificate of the workload that is valid now: they are replaced all the time. Tokens are bound to this one. */
function attested({ spiffeId }: Landscape, client: Client, req: IncomingMessage): Client {
  const presented = clientCertificate(req)
  const names = presented?.subjectAltName?.split(', ') ?? []
  if (!presented || !names.includes(`URI:${spiffeId}`)) throw badClient()
  return boundTo(client, presented)
}

/** Returns the client with the certificate that it has presented: its tokens are bound to this one. */
const boundTo = (client: Client, presented: X509Certificate): Client => ({
  ...client,
  certificate: new BindingCertificate({ cert: presented.toString(), key: '' })
})

/** Compares without telling by its duration how much of it was right. */
export function equal(expected: string, actual: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(actual))
}

/** Id and secret among the parameters; a secret counts only if the request is a form. */
function fromParameters(req: IncomingMessage, parameters: URLSearchParams) {
  const secret = isForm(req) ? parameters.get('client_secret') : null
  return { id: parameters.get('client_id') ?? '', secret: secret ?? '' }
}

/**
 * Id and secret of a client, which may be empty, from one place only.
 *
 * @throws TokenError
 */
export function clientSecret(req: IncomingMessage, form: URLSearchParams) {
  const basic = fromHeader(req)
  if (!basic) return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }
  // RFC 6749 section 2.3: no more than one way of authentication
  if (form.has('client_secret') || (form.get('client_id') ?? basic.id) !== basic.id) {
    throw invalidRequest('client credentials must be sent in one place only')
  }
  return basic
}

function fromHeader(req: IncomingMessage) {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(authorization) ?? []
  if (!encoded) throw badClient()
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(text) ?? []
  return { id: formDecode(id), secret: formDecode(secret) }
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded; without a `%` or a `+` that makes no difference. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw badClient()
  }
}
