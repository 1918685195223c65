import type { Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'

/** Properties that calls need, by label; of each list, one is enough. */
const REQUIRED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  destination: [['clientid'], ['url', 'certurl'], ['uri']],
  connectivity: [
    ['clientid'],
    ['url', 'certurl', 'token_service_url'],
    ['onpremise_proxy_host'],
    ['onpremise_proxy_http_port', 'onpremise_proxy_port']
  ]
}

/** Properties by which the client of a binding proves who it is. */
const SECRET = ['clientsecret', 'certificate'] as const

/** True if the certificate of the client is that of the workload, and in no binding. */
function isAttested({ 'credential-type': type }: Service['credentials']): boolean {
  return String(type).toLowerCase() === 'x509_attested'
}

/**
 * Checks that a binding has the properties that calls need.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` that names the binding and the property
 * @internal
 */
export function checkBinding(label: string, { name, credentials }: Service): void {
  const required = REQUIRED[label]
  const needed = required && !isAttested(credentials) ? [...required, SECRET] : (required ?? [])
  const missing = needed.find((names) => !names.some((each) => credentials[each]))
  const port = Number(
    credentials['onpremise_proxy_http_port'] ?? credentials['onpremise_proxy_port'] ?? 1
  )
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536
  if (!missing && isPort) return
  const property = missing ? `no "${missing.join('" or "')}"` : 'a proxy port that is no number'
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `the binding "${name}" of service "${label}" has ${property}`,
    { fix: 'Nothing was sent. Bind the service again, or complete the credentials.' }
  )
}
