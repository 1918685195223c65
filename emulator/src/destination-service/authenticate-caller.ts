import type { IncomingMessage } from 'node:http'
import { clientCertificate, thumbprint } from '../http/client-certificate.js'
import type { Claims } from '../xsuaa/claims.js'
import { InvalidToken, verifyServiceToken } from '../xsuaa/verify-token.js'
import type { DestinationTokens } from './tokens/types.js'

/** The service among `consumedServices` of an application of Identity Authentication. */
const SERVICE = 'destination'

/** The verified token of a caller. */
export interface VerifiedCaller {
  claims: Claims
  /** Id of the client that has sent it. */
  client: string
}

/**
 * Verifies the token of a caller: one of the binding's client from XSUAA, or one from Identity Authentication.
 *
 * @throws InvalidToken
 */
export async function verifyCaller(
  service: DestinationTokens,
  req: IncomingMessage,
  token: string
): Promise<VerifiedCaller> {
  const { issuer, landscape, identity } = service
  const client = landscape.clients.destination
  try {
    return { claims: await verifyServiceToken(issuer, client, token), client: client.id }
  } catch (error) {
    const isForeign = error instanceof InvalidToken && error.defect === 'foreign issuer'
    if (!identity || !isForeign) throw error
    const claims = await identity.issuer.verify(token)
    checkIdentityToken(identity, req, claims)
    return { claims, client: String(claims['azp']) }
  }
}

/**
 * Checks that a token of Identity Authentication is for the service, or from an application that consumes it, and that it comes over
 * mutual TLS.
 *
 * @throws InvalidToken
 * @see SAP BTP Connectivity, "Calling the Destination Service REST API via IAS Token"
 */
function checkIdentityToken(
  { tenant }: NonNullable<DestinationTokens['identity']>,
  req: IncomingMessage,
  { aud, azp, cnf }: Claims
): void {
  const audience = tenant.services.get(SERVICE)
  if (audience === undefined) throw new InvalidToken('foreign issuer')
  const isForService = [aud].flat().includes(audience)
  if (!isForService && azp !== tenant.application.id) throw new InvalidToken('foreign issuer')
  const certificate = clientCertificate(req)
  const bound = (cnf as Record<string, unknown> | undefined)?.['x5t#S256']
  if (!certificate || thumbprint(certificate) !== bound) throw new InvalidToken('signature')
}
