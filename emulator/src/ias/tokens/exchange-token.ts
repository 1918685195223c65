import { createAssertion } from '../../saml/create-assertion.js'
import { NAME_ID_FORMATS } from '../../saml/assertion.js'
import type { LandscapeUser } from '../../landscape/landscape-user.js'
import { identityError } from '../identity-error.js'
import type { IdentityService } from '../identity-service.js'
import type { IdentityApplication } from '../identity-tenant.js'

const TYPE = 'urn:ietf:params:oauth:token-type:'
const ACCESS_TOKEN = `${TYPE}access_token`
const ID_TOKEN = `${TYPE}id_token`
const SAML2 = `${TYPE}saml2`

/** The values of `subject_token_type`; of those that the service knows, refresh tokens and SAML sessions are not emulated. */
const SUBJECT_TYPES: readonly string[] = [ACCESS_TOKEN, ID_TOKEN, `${TYPE}jwt`]

/** Seconds that an assertion is valid. */
const ASSERTION_SECONDS = 600

/** The answer with an assertion (RFC 8693 section 2.2.1). */
export interface AssertionResponse {
  /** An assertion, base64url. */
  access_token: string
  issued_token_type: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
}

/**
 * Returns the token that is to be exchanged.
 *
 * @throws TokenError
 */
export function subjectToken(form: URLSearchParams): string {
  const type = form.get('subject_token_type') ?? ''
  if (!SUBJECT_TYPES.includes(type)) {
    throw identityError('invalid_request', 'The subject_token_type is missing or not supported')
  }
  return form.get('subject_token') ?? ''
}

/**
 * Returns what the subject token is exchanged for.
 *
 * @param forProvider - for another application there are access tokens and assertions only
 * @throws TokenError
 */
export function requestedType(form: URLSearchParams, forProvider: boolean): string {
  const type = form.get('requested_token_type') ?? ACCESS_TOKEN
  if (type === SAML2 || type === ACCESS_TOKEN) return type
  if (type === ID_TOKEN) return forProvider ? ACCESS_TOKEN : ID_TOKEN
  throw identityError('invalid_request', 'The requested_token_type is not supported')
}

/** True if an assertion is requested. */
export const isAssertion = (type: string): boolean => type === SAML2

/**
 * Returns an assertion about the user for an application with SAML 2.0.
 *
 * @throws TokenError
 * @see SAP Cloud Identity Services, "Configure the Client to Call Identity Authentication Token Exchange"
 */
export async function assertionFor(
  { saml, subaccount, landscape }: IdentityService,
  { saml: application }: IdentityApplication,
  user: LandscapeUser
): Promise<AssertionResponse> {
  if (!application) {
    throw identityError('invalid_target', 'The resource is no application with SAML 2.0')
  }
  const { entityId, recipient, subjectNameIdentifier = 'mail' } = { ...subaccount, ...application }
  const { unspecified, emailAddress } = NAME_ID_FORMATS
  const xml = createAssertion(
    {
      issuer: saml.entityId,
      subject: {
        value: { userUuid: user.uuid, mail: user.email, loginName: user.name }[
          subjectNameIdentifier
        ],
        format: subjectNameIdentifier === 'mail' ? emailAddress : unspecified
      },
      audience: entityId,
      recipient,
      authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      attributes: attributesOf(user),
      now: landscape.clock.now(),
      lifetime: ASSERTION_SECONDS
    },
    await saml.identity()
  )
  return {
    access_token: Buffer.from(xml).toString('base64url'),
    issued_token_type: SAML2,
    token_type: 'Bearer',
    expires_in: ASSERTION_SECONDS
  }
}

/** The user's attributes by the names that trust configurations of BTP know. */
function attributesOf(user: LandscapeUser): Map<string, readonly string[]> {
  return new Map([
    ['mail', [user.email]],
    ['first_name', [user.givenName]],
    ['last_name', [user.familyName]],
    ['user_uuid', [user.uuid]],
    ...(user.groups.length ? [['Groups', user.groups] as const] : [])
  ])
}
