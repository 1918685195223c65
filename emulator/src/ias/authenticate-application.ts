import type { IncomingMessage } from 'node:http'
import { clientCertificate, thumbprint } from '../http/client-certificate.js'
import { clientSecret, equal } from '../xsuaa/authenticate-client.js'
import { clientRefused } from './identity-error.js'
import type { IdentityApplication, IdentityTenant } from './identity-tenant.js'

/** The application behind a token request. */
export interface AuthenticatedApplication {
  application: IdentityApplication
  /** The thumbprint of the client certificate after mutual TLS; tokens are bound to it. */
  thumbprint: string | undefined
  /** True if a public client has sent its id and nothing that proves it. */
  isPublic: boolean
}

/**
 * The application of a token request: by the certificate of the TLS connection where it is bound with one, else by secret,
 * in the Basic header or in the body. A public client may leave both out.
 *
 * @throws TokenError
 * @see RFC 8705 section 2; RFC 6749 section 2.1
 */
export function authenticateApplication(
  { applications }: IdentityTenant,
  req: IncomingMessage,
  form: URLSearchParams
): AuthenticatedApplication {
  const { id, secret } = clientSecret(req, form)
  const application = applications.find((each) => each.id === id)
  if (!application) throw clientRefused()
  const certificate = clientCertificate(req)
  if (application.publicClient && !secret && !certificate) {
    // without authentication, tokens are for nobody but the client
    const alone = { ...application, audiences: [] }
    return { application: alone, thumbprint: undefined, isPublic: true }
  }
  if (application.secret !== undefined) {
    if (!equal(application.secret, secret)) throw clientRefused()
    return { application, thumbprint: undefined, isPublic: false }
  }
  if (!certificate) throw clientRefused('The client authenticates with its certificate')
  if (!application.certificate?.accepts(certificate)) throw clientRefused()
  return { application, thumbprint: thumbprint(certificate), isPublic: false }
}
