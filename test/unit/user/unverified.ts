/** Values of `email_verified` with which an address is not verified: what issuers write, and what nobody should. */
export const UNVERIFIED = [false, 'false', 'False', 0, null, '', 'yes', ['true']]
