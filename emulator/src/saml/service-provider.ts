import type { Landscape } from '../landscape/landscape.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { createDocument } from './xml.js'

/** A tenant of the emulated XSUAA as others see it in SAML. */
export interface ServiceProvider {
  /** The entity id: its name in the audience of assertions. */
  readonly entityId: string
  /** Path of the token endpoint for assertions; `/oauth/token` takes them as well. */
  readonly tokenPath: string
  /** URLs that an assertion may name as its recipient, the one of the metadata first. */
  readonly recipients: readonly string[]
}

/** The service provider of a tenant; on BTP, every subaccount is one. */
export function serviceProvider(
  { subdomains }: Landscape,
  issuer: TokenIssuer,
  tenant: string
): ServiceProvider {
  const { origin } = new URL(issuer.issuerOf(tenant))
  const tokenPath = `/oauth/token/alias/${subdomains.get(tenant) ?? tenant}.emulated`
  // the plain host comes first: not every machine can resolve subdomains of localhost
  const origins = [issuer.url, origin]
  const recipients = [tokenPath, '/oauth/token'].flatMap((path) => origins.map((o) => o + path))
  return { entityId: origin, tokenPath, recipients }
}

/**
 * Metadata of the service provider, as `/saml/metadata` answers.
 *
 * @see SAML 2.0 metadata, section 2.4.4
 */
export function metadata({ entityId, recipients }: ServiceProvider): string {
  return createDocument('md:EntityDescriptor', (make) => ({
    attributes: { entityID: entityId },
    children: [
      make('md:SPSSODescriptor', {
        attributes: {
          WantAssertionsSigned: 'true',
          protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol'
        },
        children: [
          make('md:AssertionConsumerService', {
            attributes: {
              Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:URI',
              Location: recipients[0],
              index: '1'
            }
          })
        ]
      })
    ]
  }))
}
