import type { IncomingMessage } from 'node:http'
import { certificateInHeader } from '../../http/client-certificate.js'
import { allUsers, type Landscape } from '../../landscape/landscape.js'
import type { IdentityService } from '../identity-service.js'

/** Answer of `/oauth2/certs`. */
export interface CertsAnswer {
  status: number
  body: object
  /** Service plan of the caller, for a request with its certificate. */
  plan?: string
}

/**
 * The keys, for whoever the headers say the token is from and for: this is where a receiver learns that a token's tenant
 * has not subscribed to it, or that its client is none of this tenant's. Without headers they are for everybody.
 *
 * @see `@sap/xssec`, `IdentityService.fetchJwks`
 */
export function answerCerts(
  { landscape, tenant, issuer }: IdentityService,
  req: IncomingMessage
): CertsAnswer {
  const header = (name: string) => {
    const value = req.headers[name]
    return typeof value === 'string' && value ? value : undefined
  }
  const isTenant = (id?: string) => id === undefined || landscape.subdomains.has(id)
  const find = (id?: string) => tenant.applications.find((each) => each.id === id)
  const clientId = header('x-client_id')
  const azp = header('x-azp')
  if (clientId !== undefined && !find(clientId)) return refused('x-client_id')
  if (azp !== undefined && !find(azp) && !isMockedClient(landscape, azp)) return refused('x-azp')
  if (!isTenant(header('x-app_tid'))) return refused('x-app_tid')
  if (!isTenant(header('x-azp_app_tid'))) return refused('x-azp_app_tid')
  const keys = { status: 200, body: { keys: issuer.jwks() } }
  const proof = header('x-client_cert')
  if (proof === undefined) return keys
  // proof of possession: the certificate is that of the client that the token was given to
  const certificate = certificateInHeader(proof)
  const own = find(azp ?? clientId)?.certificate
  if (!certificate || !own?.accepts(certificate)) {
    return refused('x-client_cert')
  }
  return { ...keys, plan: '"application"' }
}

/** True for the client of a mocked user with the role `system-user`. */
function isMockedClient(landscape: Landscape, id: string): boolean {
  return allUsers(landscape).some((user) => user.technical === 'system-user' && user.name === id)
}

const refused = (name: string): CertsAnswer => ({
  status: 400,
  body: { error: 'invalid_request', error_description: `The header ${name} is not valid` }
})
