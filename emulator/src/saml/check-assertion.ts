import type { Assertion, Confirmation } from './assertion.js'
import { InvalidAssertion } from './invalid-assertion.js'

/** The values that an assertion must have to be accepted. */
export interface Expectation {
  readonly issuer: string
  readonly audience: string
  /** URLs of the token endpoint. */
  readonly recipients: readonly string[]
  /** Milliseconds since the epoch; default: by the machine's clock. */
  readonly now?: number
}

/** Milliseconds by which clocks may differ. */
const SKEW = 60_000

/**
 * Checks what an assertion says about itself.
 *
 * @param assertion - verified
 * @returns until when it is valid, in milliseconds since the epoch
 * @throws InvalidAssertion
 * @see RFC 7522 section 3
 */
export function checkAssertion(assertion: Assertion, expected: Expectation): number {
  const { issuer, audiences, notBefore, notOnOrAfter } = assertion
  if (issuer !== expected.issuer)
    throw new InvalidAssertion('Issuer of the assertion is another one')
  if (!audiences.length || !audiences.every((list) => list.includes(expected.audience))) {
    throw new InvalidAssertion(
      `Audience of the assertion must be ${expected.audience} (entityID in /saml/metadata)`
    )
  }
  const { now = Date.now() } = expected
  if (notBefore && notBefore.getTime() - SKEW > now) throw invalidAt('not valid before', notBefore)
  if (notOnOrAfter && notOnOrAfter.getTime() + SKEW <= now)
    throw invalidAt('expired at', notOnOrAfter)
  const confirmed = confirm(assertion.confirmations, expected.recipients, now)
  const ends = [notOnOrAfter, confirmed].flatMap((each) => each?.getTime() ?? [])
  return Math.min(...ends) + SKEW
}

function confirm(
  confirmations: readonly Confirmation[],
  recipients: readonly string[],
  now: number
): Date {
  const here = confirmations.filter(({ recipient = '' }) => recipients.includes(recipient))
  if (!here.length) {
    throw new InvalidAssertion(`Recipient of the assertion must be ${recipients[0] ?? ''}`)
  }
  const valid = here.find(
    ({ notBefore, notOnOrAfter }) =>
      notOnOrAfter &&
      notOnOrAfter.getTime() + SKEW > now &&
      (!notBefore || notBefore.getTime() - SKEW <= now)
  )
  if (valid?.notOnOrAfter) return valid.notOnOrAfter
  const [{ notOnOrAfter } = {}] = here
  if (!notOnOrAfter) throw new InvalidAssertion('Confirmation of the subject has no NotOnOrAfter')
  throw invalidAt('expired at', notOnOrAfter)
}

const invalidAt = (what: string, time: Date) =>
  new InvalidAssertion(`Assertion ${what} ${time.toISOString()}`)
