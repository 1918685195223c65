import type { Client, Landscape } from '../../landscape/landscape.js'
import { allowsProvider, findClient } from '../../landscape/clients.js'
import type { LandscapeUser } from '../../landscape/landscape-user.js'
import { DEFAULT_ORIGIN, grantedClaims } from '../claims.js'
import { isClientScope } from '../scopes/client-scopes.js'
import { scopesOf } from '../scopes/restrict-scope.js'
import { isRedirectUri } from './redirect-uri.js'
import type { Authorization } from './authorization-codes.js'

/** An authorization request (RFC 6749 section 4.1.1) that may be answered by a redirect. */
export interface AuthorizationRequest {
  client: Client
  redirectUri: string
  state: string | null
  challenge: Authorization['challenge']
  /** Requested scopes, with blanks between; `null`: all. */
  scope: string | null
  nonce: string | null
  /** `none`: no page may be shown; `login`: the user has to log on again. */
  prompt: string | null
}

/** The request is not answered by a redirect: the address cannot be trusted. */
export class NoRedirect extends Error {}

/** Refused, and the client is told by a redirect: RFC 6749 section 4.1.2.1. */
export class AuthorizationRefused extends Error {
  readonly error: string

  constructor(error: string, description: string) {
    super(description)
    this.error = error
  }
}

/**
 * The client, and where it wants the answer.
 *
 * @throws NoRedirect
 */
export function readTarget(landscape: Landscape, query: URLSearchParams) {
  if (new Set(query.keys()).size < [...query.keys()].length) {
    throw new NoRedirect('A parameter is there twice.')
  }
  const client = findClient(landscape, query.get('client_id') ?? '')
  if (!client) throw new NoRedirect(`No client with requested id: ${query.get('client_id') ?? ''}`)
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!isRedirectUri(client.redirectUris, redirectUri)) {
    const registered = client.redirectUris.join(', ') || '(none)'
    const text = `Invalid redirect ${redirectUri} did not match one of the registered values: ${registered}. `
    throw new NoRedirect(`${text}Add it to oauth2-configuration.redirect-uris in xs-security.json.`)
  }
  return { client, redirectUri, state: query.get('state') }
}

/** @throws AuthorizationRefused */
export function readRequest(
  landscape: Landscape,
  target: ReturnType<typeof readTarget>,
  query: URLSearchParams
): AuthorizationRequest {
  if (query.get('response_type') !== 'code') {
    const text = 'use response_type=code: the implicit and the hybrid flow are not emulated'
    throw new AuthorizationRefused('unsupported_response_type', text)
  }
  const { grantTypes } = target.client
  if (grantTypes && !grantTypes.includes('authorization_code')) {
    throw new AuthorizationRefused('unauthorized_client', 'Unauthorized grant type')
  }
  if (!allowsProvider(target.client, DEFAULT_ORIGIN)) {
    const text = `The client does not allow the provider ${DEFAULT_ORIGIN}, and the login page has no users of another one. `
    const fix = 'Add it to oauth2-configuration.allowedproviders in xs-security.json.'
    throw new AuthorizationRefused('access_denied', text + fix)
  }
  const scope = query.get('scope')
  for (const name of scopesOf(scope)) {
    if (isClientScope(landscape, target.client, name)) continue
    const text = `${name} is invalid. Please use a valid scope name in the request`
    throw new AuthorizationRefused('invalid_scope', text)
  }
  const [nonce, prompt] = [query.get('nonce'), query.get('prompt')]
  return { ...target, challenge: readChallenge(query), scope, nonce, prompt }
}

/**
 * Refuses a user who has none of the requested scopes.
 *
 * @throws AuthorizationRefused
 * @see CF UAA, `UaaAuthorizationRequestManager`
 */
export function checkUserScopes(
  landscape: Landscape,
  { client, scope }: AuthorizationRequest,
  user: LandscapeUser
): void {
  const wanted = [...scopesOf(scope)]
  if (!wanted.length) return
  const held = grantedClaims(landscape, client, user)['scope'] as string[]
  if (wanted.some((name) => held.includes(name))) return
  const text = `[${wanted.join(', ')}] is invalid. This user is not allowed any of the requested scopes`
  throw new AuthorizationRefused('invalid_scope', text)
}

/**
 * Reads the challenge of PKCE (RFC 7636 section 4.3): without a method, it is "plain".
 *
 * @throws AuthorizationRefused
 */
export function readChallenge(query: URLSearchParams): Authorization['challenge'] {
  const value = query.get('code_challenge')
  const method = query.get('code_challenge_method') ?? 'plain'
  if (value === null) {
    if (!query.has('code_challenge_method')) return undefined
    throw new AuthorizationRefused('invalid_request', 'Code challenge is missing')
  }
  if (method !== 'S256' && method !== 'plain') {
    throw new AuthorizationRefused('invalid_request', 'Unsupported code challenge method')
  }
  if (!/^[\w.~-]{43,128}$/.test(value)) {
    throw new AuthorizationRefused(
      'invalid_request',
      'Code challenge length must between 43 and 128 and use only [A-Z],[a-z],[0-9],_,.,-,~ characters.'
    )
  }
  return { value, method }
}
