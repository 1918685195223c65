import type { Destination } from '@sap-cloud-sdk/connectivity'

import type { NamedUser } from '../../../user/principal.js'
import { differenceAcross } from '../../tokens/same-user.js'
import { claimsOf } from '../../tokens/lifetime.js'
import { xmlDom } from '../../../lib/lazy.js'

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'

/**
 * Compares an assertion that the Destination service has signed with the user: it must be about the
 * user, for the audience of the destination, and still valid. The remote system verifies the
 * signature.
 *
 * @param value - Base64 or base64url
 * @param userIdSource - claim or attribute that the destination sends as the user's name
 * @returns the difference; `undefined` if there is none
 * @internal
 */
export async function assertionDifference(
  value: string,
  user: NamedUser,
  configuration: Destination['originalProperties'],
  userIdSource: string | undefined
): Promise<string | undefined> {
  const assertion = await read(value)
  if (!assertion) return 'nobody: it is no SAML assertion'
  const { nameId, audiences, notOnOrAfter } = assertion
  const own = claimsOf(user.bearerToken) ?? {}
  if (!nameId || differenceAcross(own, { user_name: nameId }, userIdSource)) return 'another user'
  const { audience } = configuration as { audience?: unknown }
  if (typeof audience === 'string' && !audiences.includes(audience)) return 'another audience'
  return notOnOrAfter && Date.parse(notOnOrAfter) <= Date.now() ? 'a time that is over' : undefined
}

async function read(value: string) {
  const { DOMParser, onWarningStopParsing } = await xmlDom()
  try {
    const xml = Buffer.from(value, 'base64').toString('utf8')
    if (/<!(DOCTYPE|ENTITY)/i.test(xml)) return undefined
    const root = new DOMParser({ onError: onWarningStopParsing }).parseFromString(
      xml,
      'text/xml'
    ).documentElement
    if (root?.namespaceURI !== SAML || root.localName !== 'Assertion') return undefined
    const all = (name: string) => Array.from(root.getElementsByTagNameNS(SAML, name))
    const [nameId, ...others] = all('NameID')
    return {
      nameId: others.length ? undefined : nameId?.textContent?.trim(),
      audiences: all('Audience').map((each) => each.textContent?.trim()),
      notOnOrAfter: all('Conditions')[0]?.getAttribute('NotOnOrAfter')
    }
  } catch {
    return undefined
  }
}
