import type { Assertion } from './assertion.js'
import { checkAssertion, type Expectation } from './check-assertion.js'
import { InvalidAssertion } from './invalid-assertion.js'
import { issuerOf, readAssertion } from './read-assertion.js'
import type { UsedAssertions } from './used-assertions.js'
import { receiveAssertion, verifySignature } from './verify-signature.js'

/** An identity provider whose assertions are accepted. */
export interface Trusted {
  readonly entityId: string
  readonly certificates: readonly string[]
}

const BASE64 = /^[\w+/-]+={0,2}$/

/**
 * Accepts an assertion, once: decoded, verified with a key of the issuer that it names, and meant for this place and time.
 *
 * @param encoded - Base64 or base64url
 * @param find - whoever has this entity id, if anybody trusted has it
 * @throws InvalidAssertion
 * @see RFC 7522 section 3
 */
export async function acceptAssertion(
  encoded: string,
  find: (issuer: string) => Promise<Trusted | undefined>,
  place: Omit<Expectation, 'issuer'>,
  used: UsedAssertions
): Promise<Assertion> {
  const received = receiveAssertion(decode(encoded))
  const issuer = issuerOf(received.root)
  const trusted = await find(issuer)
  if (!trusted) {
    throw new InvalidAssertion(
      `No SAML identity provider found in zone for issuer: ${issuer.slice(0, 200)}`
    )
  }
  const assertion = readAssertion(verifySignature(received, trusted.certificates))
  const until = checkAssertion(assertion, { ...place, issuer: trusted.entityId })
  if (!used.use(trusted.entityId, assertion.id, until)) {
    throw new InvalidAssertion('Assertion was used before')
  }
  return assertion
}

function decode(encoded: string): string {
  try {
    if (!BASE64.test(encoded)) throw new InvalidAssertion()
    const bytes = Buffer.from(encoded, 'base64') // takes both alphabets
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new InvalidAssertion('Unable to parse bearer assertion')
  }
}
