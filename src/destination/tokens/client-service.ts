import type { Service } from '@sap-cloud-sdk/connectivity'
import { boundedCache } from '../../lib/telemetry/bounded-cache.js'

import { withWorkloadCertificate } from '../attested/credentials.js'

type Credentials = Service['credentials']

/** Credentials by the id of the client: the objects that the SAP Cloud SDK and `@sap/xssec` have seen first. */
const seen = boundedCache<string, Credentials>('clients', { max: 1000 })

/**
 * Prepares a bound service for requests for tokens as its client. The SAP Cloud SDK keeps the object with the first
 * credentials of a client for as long as the process runs: secrets and certificates that were replaced have to be in that one.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` for a client whose certificate can't be had
 * @see `@sap-cloud-sdk/connectivity`, `getXsuaaInstanceFromServiceCredentials`
 * @internal
 */
export async function clientService(service: Service): Promise<Service> {
  const current = await withWorkloadCertificate(service.label, service.credentials)
  const { clientid } = current
  const credentials: Credentials = seen.get(clientid) ?? { ...current }
  for (const name of Object.keys(credentials)) {
    if (!Object.hasOwn(current, name)) delete credentials[name]
  }
  Object.assign(credentials, current)
  seen.set(clientid, credentials)
  return { ...service, credentials }
}
