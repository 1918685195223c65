import { bearer, type Case, type Expected, INVALID_TOKEN, WHOAMI } from './case.js'
import { type Claims, technicalClaims } from './claims.js'
import { header, jws, userToken } from './jws.js'
import type { Signer } from './keys.js'
import type { TestXsuaa } from './test-xsuaa.js'

type Changes = Claims | ((xsuaa: TestXsuaa) => Claims)

const changesOf = (changes: Changes, xsuaa: TestXsuaa) =>
  typeof changes === 'function' ? changes(xsuaa) : changes

/** A value as text for the name of a case; long ones are cut. */
export const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 60)

/** What CAP says of every user, and the roles that are expected besides; the app sorts them, too. */
export const roles = (...own: string[]) =>
  ['any', 'authenticated-user', 'identified-user', ...own].sort()

/** A token with members of the header changed, and a good signature over them unless it says otherwise. */
export const withHeader = (
  id: string,
  name: string,
  changes: Changes,
  expected: Expected = INVALID_TOKEN,
  sign?: Signer
): Case => ({
  id,
  name,
  request: (xsuaa) => bearer(userToken(xsuaa, {}, changesOf(changes, xsuaa), sign)),
  expected
})

/** A token of a user with other claims, well signed. */
export const withClaims = (
  id: string,
  name: string,
  changes: Changes,
  expected: Expected = INVALID_TOKEN,
  path = WHOAMI
): Case => ({
  id,
  name,
  request: (xsuaa) => bearer(userToken(xsuaa, changesOf(changes, xsuaa)), path),
  expected
})

/** A token of a client without a user, well signed. */
export const ofClient = (
  id: string,
  name: string,
  changes: Claims,
  expected: Expected = INVALID_TOKEN,
  path = WHOAMI
): Case => ({
  id,
  name,
  request: (xsuaa) => bearer(jws(header(), technicalClaims(xsuaa, changes)), path),
  expected
})

/** Header lines for a good token. */
export const withLines = (
  id: string,
  name: string,
  lines: (token: string, xsuaa: TestXsuaa) => string[],
  expected: Expected,
  path = WHOAMI
): Case => ({
  id,
  name,
  request: (xsuaa) => ({ path, headers: lines(userToken(xsuaa), xsuaa) }),
  expected
})
