import {
  AuthorizationRefused,
  NoRedirect,
  readChallenge
} from '../../xsuaa/authorize/authorization-request.js'
import type { Authorization } from '../../xsuaa/authorize/authorization-codes.js'
import { isRedirectUri } from '../../xsuaa/authorize/redirect-uri.js'
import { CODE_WITH_PKCE, hasCodeFlow } from '../identity-client.js'
import type { IdentityService } from '../identity-service.js'
import type { IdentityApplication } from '../identity-tenant.js'

/** The application that has sent the browser, and the address for the answer. */
export interface Target {
  application: IdentityApplication
  redirectUri: string
  state: string | null
  /** `app_tid`; the tenant exists. */
  tenant: string | undefined
}

/** An authorization request of OpenID Connect (Core 1.0, section 3.1.2.1). */
export interface AuthorizationRequest extends Target {
  challenge: Authorization['challenge']
  scope: string | null
  nonce: string | null
  /** `none`: no page may be shown; `login`: the user has to log on again. */
  prompt: string | null
  /** Seconds since the log-on. */
  maxAge: number
  refreshExpiry: string | null
}

/**
 * Reads the application and the address for the answer, which has to be one of its redirect URIs.
 *
 * @throws NoRedirect
 */
export function readTarget({ tenant, landscape }: IdentityService, query: URLSearchParams): Target {
  if (new Set(query.keys()).size < [...query.keys()].length) {
    throw new NoRedirect('A parameter is there twice.')
  }
  const id = query.get('client_id') ?? ''
  const application = tenant.applications.find((each) => each.id === id)
  if (!application) throw new NoRedirect(`There is no application with the client id "${id}".`)
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!isRedirectUri(application.redirectUris, redirectUri)) {
    const known = application.redirectUris.join(', ') || '(none)'
    const option = application.name ? `identity.applications.${application.name}` : 'identity'
    throw new NoRedirect(
      `The redirect_uri "${redirectUri}" is not one of the application: ${known}. Add it to ${option}.redirectUris.`
    )
  }
  const app_tid = query.get('app_tid') ?? undefined
  if (app_tid !== undefined && !landscape.subdomains.has(app_tid)) {
    throw new NoRedirect('The tenant app_tid is not known to the application.')
  }
  return { application, redirectUri, state: query.get('state'), tenant: app_tid }
}

/** @throws AuthorizationRefused */
export function readRequest(target: Target, query: URLSearchParams): AuthorizationRequest {
  const { application } = target
  if (query.get('response_type') !== 'code') {
    const text = 'Use response_type=code: the implicit flow is not emulated'
    throw new AuthorizationRefused('unsupported_response_type', text)
  }
  if (!hasCodeFlow(application)) {
    const text = 'The grant type authorization_code is not allowed for the application'
    throw new AuthorizationRefused('unauthorized_client', text)
  }
  const challenge = readChallenge(query)
  const isOptional = application.grantTypes.includes('authorization_code')
  if (!isOptional && challenge?.method !== 'S256') {
    const text = `The grant type ${CODE_WITH_PKCE} needs a code_challenge with the method S256`
    throw new AuthorizationRefused('invalid_request', text)
  }
  return {
    ...target,
    challenge,
    scope: query.get('scope'),
    nonce: query.get('nonce'),
    prompt: query.get('prompt'),
    maxAge: readAge(query.get('max_age')),
    refreshExpiry: query.get('refresh_expiry')
  }
}

function readAge(value: string | null): number {
  if (value === null) return Infinity
  if (/^\d{1,10}$/.test(value)) return Number(value)
  throw new AuthorizationRefused('invalid_request', 'max_age must be a number of seconds')
}
