import type { ServerResponse } from 'node:http'
import { sendJson, sendText, sendXml } from '../http/respond.js'
import type { OwnIssuer } from '../saml/trust.js'
import { createDocument } from '../saml/xml.js'

/**
 * What other systems need to trust assertions of a tenant's destinations: `/saml2Metadata` and
 * `/saml2Metadata/certificate`. That there are these two is documented, their form is not.
 */
export async function sendTrustDocument(
  res: ServerResponse,
  { entityId, identity }: OwnIssuer,
  part: string | undefined
): Promise<void> {
  if (part !== undefined && part !== 'certificate') {
    return sendJson(res, 404, { ErrorMessage: 'Not Found' })
  }
  const { certificate } = await identity()
  if (part === 'certificate') return sendText(res, 200, certificate)
  const text = certificate.replaceAll(/-----[^-]+-----|\s/g, '')
  const xml = createDocument('md:EntityDescriptor', (make) => {
    const data = make('ds:X509Data', { children: [make('ds:X509Certificate', { text })] })
    const key = make('md:KeyDescriptor', {
      attributes: { use: 'signing' },
      children: [make('ds:KeyInfo', { children: [data] })]
    })
    const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
    const attributes = { protocolSupportEnumeration: protocol }
    const children = [make('md:IDPSSODescriptor', { attributes, children: [key] })]
    return { attributes: { entityID: entityId }, children }
  })
  sendXml(res, xml)
}
