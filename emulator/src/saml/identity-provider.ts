import type { OwnIssuer } from './trust.js'
import { createDocument } from './xml.js'

const BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'

/**
 * Metadata of a service of the landscape as an identity provider: its name, and the key that its assertions are signed with.
 *
 * @see SAML 2.0 metadata, section 2.4.3
 */
export async function identityProviderMetadata({ entityId, identity }: OwnIssuer): Promise<string> {
  const { certificate } = await identity()
  return createMetadata(entityId, [certificate])
}

/**
 * Creates metadata of an identity provider.
 *
 * @param certificates - PEM: of all keys that sign
 * @param location - URL of its log-on; without, there is none
 */
export function createMetadata(
  entityId: string,
  certificates: readonly string[],
  location?: string
): string {
  return createDocument('md:EntityDescriptor', (make) => {
    const keys = certificates.map((certificate) => {
      const text = certificate.replaceAll(/-----[^-]+-----|\s/g, '')
      const data = make('ds:X509Data', { children: [make('ds:X509Certificate', { text })] })
      return make('md:KeyDescriptor', {
        attributes: { use: 'signing' },
        children: [make('ds:KeyInfo', { children: [data] })]
      })
    })
    const attributes = { Binding: BINDING, Location: location ?? '' }
    const logOn = location ? [make('md:SingleSignOnService', { attributes })] : []
    const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
    const descriptor = make('md:IDPSSODescriptor', {
      attributes: { protocolSupportEnumeration: protocol },
      children: [...keys, ...logOn]
    })
    return { attributes: { entityID: entityId }, children: [descriptor] }
  })
}
