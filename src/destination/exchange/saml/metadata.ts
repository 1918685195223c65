import { FetchError, fetchText } from '../../../lib/fetch-json.js'
import { atPlatform } from '../../../lib/sharing/platform-requests.js'
import { SingleFlight } from '../../../lib/single-flight.js'
import { xmlDom } from '../../../lib/lazy.js'

/** Subaccount as a SAML service provider. */
export interface ServiceProvider {
  /** Name of the subaccount in the audience of assertions. */
  readonly entityId: string
  /** URL of the token endpoint for assertions: their recipient. */
  readonly recipient: string
}

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata'

/** Milliseconds; entity ids and endpoints of a subaccount don't change. */
const LIFETIME = 3600_000

const providers = new SingleFlight<ServiceProvider>('saml-metadata', 100)

/**
 * Reads from the SAML metadata of the bound XSUAA its entity id and the endpoint
 * `/oauth/token/alias/…`.
 *
 * @param url - of the binding
 * @param tenant - whose turn it is
 * @throws {@link FetchError}
 * @see SAP BTP Connectivity, "SAML Bearer Assertion Flow between Cloud Foundry Applications"
 * @internal
 */
export function serviceProviderAt(
  url: string,
  tenant: string | undefined
): Promise<ServiceProvider> {
  return providers.get([url], async () => {
    const xml = await atPlatform(tenant, () => fetchText(new URL('/saml/metadata', url).href))
    return { value: await read(xml), lifetime: LIFETIME }
  })
}

async function read(xml: string): Promise<ServiceProvider> {
  const { DOMParser, onWarningStopParsing } = await xmlDom()
  try {
    if (xml.includes('<!')) throw new Error('declarations')
    const document = new DOMParser({ onError: onWarningStopParsing }).parseFromString(
      xml,
      'text/xml'
    )
    const root = document.documentElement
    const entityId = root?.getAttribute('entityID')
    const endpoints = root?.getElementsByTagNameNS(METADATA, 'AssertionConsumerService') ?? []
    const recipient = Array.from(endpoints, (each) => each.getAttribute('Location') ?? '').find(
      (location) => location.includes('/oauth/token/alias/')
    )
    if (entityId && recipient && URL.canParse(recipient)) return { entityId, recipient }
  } catch {
    // whatever it is: no metadata
  }
  throw new FetchError('unexpected', 'the answer is no SAML metadata with a token endpoint')
}
