import type { ErrorCode } from '../../../errors.js'
import type { HttpAnswer } from '../message/http-call.js'

/** Code, hop with cause, and what to do. */
export type Diagnosis = readonly [code: ErrorCode, cause: string, fix: string]

/** Texts of the Connectivity proxy and the Cloud Connector; they are documented, or known from live systems. @internal */
export function proxyRefusal({ status, data }: HttpAnswer): Diagnosis | undefined {
  const text = typeof data === 'string' ? data : ''
  if (status === 407) {
    return [
      'ERR_REMOTE_PROXY',
      "the Connectivity proxy does not accept the application's token (407)",
      'Check the binding of the Connectivity service: a deleted or rotated key gives such tokens.'
    ]
  }
  if (status === 405 && /https|CONNECT/.test(text)) {
    return [
      'ERR_REMOTE_PROXY',
      'the Connectivity proxy takes http only (405)',
      'Write the virtual host with http:// in the URL of the destination; the Cloud Connector adds TLS on its side.'
    ]
  }
  if (status === 400 && /Invalid Proxy Header|SAP-Connectivity-/.test(text)) {
    return [
      'ERR_REMOTE_PROXY',
      'the Connectivity proxy refuses a header (400)',
      "Check CloudConnectorLocationId, and that the user's token is below 8 kB."
    ]
  }
  if (status === 503 && /Cloud Connector|SCC|tunnel/i.test(text)) {
    return [
      'ERR_REMOTE_CLOUD_CONNECTOR',
      "no Cloud Connector is connected to the tenant's subaccount, or none with this location id (503)",
      'Check in the Cloud Connector that the subaccount is connected, and CloudConnectorLocationId of the destination.'
    ]
  }
  if (/^Access denied to (resource|system)/.test(text)) {
    return [
      'ERR_REMOTE_NOT_EXPOSED',
      `the Cloud Connector does not expose this ${text.startsWith('Access denied to r') ? 'path' : 'system'} (${status})`,
      'Add it to "Cloud To On-Premise" in the Cloud Connector; paths are case-sensitive.'
    ]
  }
  const [, mock] = /: start a mock in a second terminal: (cds mock [\w.]{1,200})$/.exec(text) ?? []
  if (mock) {
    return [
      'ERR_REMOTE_UNREACHABLE',
      'nobody mocks the imported service behind the emulated Cloud Connector (502)',
      `Start it in a second terminal: ${mock}`
    ]
  }
  if (/Principal propagation forbidden/i.test(text)) {
    return [
      'ERR_REMOTE_PRINCIPAL',
      `the Cloud Connector propagates this user not (${status})`,
      'Check its trust in the identity provider, the subject pattern, and mutual trust with the system.'
    ]
  }
  return undefined
}
