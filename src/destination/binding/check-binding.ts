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

/** True if the client of a binding can prove who it is; the certificate of a workload is in no binding. @internal */
export function hasKey({
  clientsecret,
  certificate,
  key,
  'credential-type': type
}: Service['credentials']): boolean {
  const isAttested = String(type).toLowerCase() === 'x509_attested'
  return Boolean(clientsecret) || Boolean(certificate && key) || isAttested
}

/**
 * Checks that a binding has the properties that calls need.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` that names the binding and the property
 * @internal
 */
export function checkBinding(label: string, { name, credentials }: Service): void {
  const required = REQUIRED[label]
  const missing = required?.find((names) => !names.some((each) => credentials[each]))
  const port = Number(
    credentials['onpremise_proxy_http_port'] ?? credentials['onpremise_proxy_port'] ?? 1
  )
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536
  const binding = `the binding "${name}" of service "${label}"`
  if (missing || !isPort) {
    const property = missing ? `no "${missing.join('" or "')}"` : 'a proxy port that is no number'
    throw new DestinationError('ERR_DESTINATION_UNAVAILABLE', `${binding} has ${property}`, {
      fix: 'Nothing was sent. Bind the service again, or complete the credentials.'
    })
  }
  if (!required || hasKey(credentials)) return
  const cause = `${binding} has no key, so it can get no token`
  throw new DestinationError('ERR_DESTINATION_UNAVAILABLE', cause, {
    sent: 'neither',
    expected: '"clientsecret", or "certificate" and "key"',
    fix: 'Nothing was sent. Create the binding again, or complete the credentials.'
  })
}
