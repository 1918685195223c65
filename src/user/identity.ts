import { TokenError } from '../errors.js'
import { knownClient } from '../token/claims.js'
import type { VerifiedToken } from '../token/issuers/issuer.js'
import type { Attributes } from './attributes.js'
import type { TokenProfile } from './token-profile.js'
import type { Roles } from './roles.js'

/**
 * Identity of the sender of a verified token; made once a token, and never handed to an application. Roles and
 * attributes are plain objects here, which are copied in no time.
 */
export interface Identity {
  readonly kind: 'named' | 'technical'
  readonly userId: string
  readonly tenant: string | undefined
  /** Name of the issuer in the configuration. */
  readonly issuer: string
  /** Identity provider of a named user. */
  readonly origin?: string | undefined
  /** Immutable id of a named user. */
  readonly subject?: string | undefined
  /** Client that the token was issued to. */
  readonly client?: string | undefined
  /** Actor that the token names: somebody who acts for the user. */
  readonly actor?: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly roles: Readonly<Roles>
  readonly attributes: Readonly<Attributes>
}

/** Ids with a meaning of their own in CAP: nobody can be called so. */
const RESERVED_IDS = new Set(['anonymous', 'system', 'privileged'])

const MAX_LENGTH = 255

/**
 * Characters that nobody sees in a log or change record, so that two ids could look alike: control and format characters,
 * separators of lines, characters that are ignored, and what is no character (surrogates by themselves, noncharacters).
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{NChar}]/u

/** Signs of Indic scripts that join consonants, with the joiner after them: it changes what is seen. */
const VIRAMA_JOINED =
  /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039][\u200c\u200d](?=\p{L})/gu

/** Letters of the Arabic script that are joined to the next one. */
const JOINING =
  /(?![\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef])[\u0620-\u06fc]/u

/** Those with the sign that keeps them apart from the next one, as Persian is written. */
const KEPT_APART = new RegExp(`${JOINING.source}\\p{M}*\\u200c(?=\\p{Script=Arabic})`, 'gu')

/** Emoji in the form in which Unicode recommends them: others look like one of these. */
// Stryker disable next-line Regex: \P{RGI_Emoji} is a syntax error
const EMOJI = /\p{RGI_Emoji}/gv

/**
 * Reads the claims of a verified token.
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` when a token of a user does not say which
 * @internal
 */
export function identityOf(token: VerifiedToken, profile: TokenProfile): Identity {
  const { payload, tenant, expiresAt, issuer } = token
  const common = { tenant, expiresAt, issuer: issuer.alias, client: knownClient(payload) }
  const roles = profile.roles(payload)
  if (profile.isTechnical(payload)) {
    const pseudoRoles: Roles = { 'system-user': 1 }
    if (profile.isOwnClient(payload)) pseudoRoles['internal-user'] = 1
    const all = { ...roles, ...pseudoRoles }
    return { kind: 'technical', userId: 'system', ...common, roles: all, attributes: {} }
  }
  const userId = usableId(profile.userId(payload))
  const person = profile.person(payload)
  return {
    kind: 'named',
    userId,
    ...person,
    ...common,
    roles,
    attributes: profile.attributes(payload)
  }
}

/** @throws {@link TokenError} `ERR_TOKEN_CLAIM` @internal */
export function usableId(id: string | undefined): string {
  const isUsable = id && id.length <= MAX_LENGTH && id === id.trim() && isVisible(id)
  if (isUsable && !RESERVED_IDS.has(id)) return id
  throw new TokenError('ERR_TOKEN_CLAIM', 'the claim with the user id is missing or not usable', {
    fix: 'Let the issuer send it, or name another claim: "userId" in cds.requires.auth, or of the issuer in cds.requires.auth.issuers.'
  })
}

/**
 * True if all of an id is seen. Joiners and selectors are part of a name where they change how it is written.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5892#appendix-A.1 (joiners), https://www.unicode.org/reports/tr51/#def_rgi_set
 */
function isVisible(id: string): boolean {
  if (!INVISIBLE.test(id)) return true
  const written = [EMOJI, VIRAMA_JOINED, KEPT_APART].reduce(
    (text, pattern) => text.replace(pattern, '-'),
    id
  )
  return !INVISIBLE.test(written)
}
