import { printable } from '../lib/redact.js'

/** Next step where only another token will do. @internal */
export const NEW_TOKEN =
  'Get a new token (of the emulated services: npx cds-principal token <user>).'

/** Next step where an issuer does not answer. @internal */
export const REACH_ISSUER =
  'Check the network, the "uaadomain" or "url" of the binding ("issuer" or "jwks" of other issuers), and whether Node trusts the certificate.'

/** Audiences that are shown at most. */
const MAX_AUDIENCES = 5

/**
 * Returns a length of time for people.
 *
 * @param seconds - not negative
 * @internal
 */
export function durationText(seconds: number): string {
  const [, size, unit] = UNITS.find(([from]) => seconds >= from) ?? [0, 1, 's']
  return `${Math.floor(seconds / size)} ${unit}`
}

/** Seconds from which a unit is used, its seconds, and its name. */
const UNITS = [
  [48 * 3600, 24 * 3600, 'days'],
  [2 * 3600, 3600, 'h'],
  [120, 60, 'min']
] as const

/** Returns the client that a token was issued to and its audience, for the log. @internal */
export function addresseeText(payload: Readonly<Record<string, unknown>>): string {
  const { azp, cid, client_id: id } = payload
  const client = printable(azp ?? cid ?? id)
  const audience = [payload.aud ?? []]
    .flat()
    .slice(0, MAX_AUDIENCES)
    .map((each) => printable(each))
  return `client ${client}, audience ${audience.join(', ') || 'none'}`
}

/** Returns the host of the issuer that a token names, for the log; neither path nor query. @internal */
export function issuerHost(iss: unknown): string {
  if (typeof iss !== 'string') return 'no "iss" claim'
  return printable(URL.canParse(iss) ? new URL(iss).host || 'no URL' : 'no URL')
}
