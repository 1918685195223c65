import type { OwnIssuer } from './trust.js'
import { createDocument } from './xml.js'

/**
 * Metadata of a service of the landscape as an identity provider: its name, and the key that its assertions are signed with.
 *
 * @see SAML 2.0 metadata, section 2.4.3
 */
export async function identityProviderMetadata({ entityId, identity }: OwnIssuer): Promise<string> {
  const { certificate } = await identity()
  const text = certificate.replaceAll(/-----[^-]+-----|\s/g, '')
  return createDocument('md:EntityDescriptor', (make) => {
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
}
