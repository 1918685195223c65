/** Headers of a request that speak for its sender: they are for this application, never for a remote one. */
export const INBOUND_CREDENTIALS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'sap-connectivity-authentication',
  'sap-connectivity-technical-authentication',
  'x-forwarded-client-cert',
  'x-user-token'
])

/** True if a header speaks for the sender of a request to this application, or for whom its platform takes him. @internal */
export function isInboundCredential(name: string): boolean {
  const lowerCase = name.toLowerCase()
  return INBOUND_CREDENTIALS.has(lowerCase) || lowerCase.startsWith('sap-connectivity-')
}
