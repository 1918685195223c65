import type { ServerResponse } from 'node:http'
import { sendJson, sendText, sendXml } from '../http/respond.js'
import { identityProviderMetadata } from '../saml/identity-provider.js'
import type { OwnIssuer } from '../saml/trust.js'

/**
 * The documents with which other systems trust assertions of a tenant's destinations: `/saml2Metadata` and
 * `/saml2Metadata/certificate`. That there are these two is documented, their form is not.
 */
export async function sendTrustDocument(
  res: ServerResponse,
  issuer: OwnIssuer,
  part: string | undefined
): Promise<void> {
  if (part !== undefined && part !== 'certificate') {
    return sendJson(res, 404, { ErrorMessage: 'Not Found' })
  }
  if (part === undefined) return sendXml(res, await identityProviderMetadata(issuer))
  const { certificate } = await issuer.identity()
  sendText(res, 200, certificate)
}
