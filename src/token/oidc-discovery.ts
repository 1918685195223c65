import { FetchError, fetchJson } from './fetch-json.js'
import { isTrustworthyUrl, type OidcIssuerOptions } from './oidc-options.js'

/** Milliseconds for the discovery document and the keys together. */
const DEADLINE = 5_000

/**
 * How the key set of an issuer is fetched: from its configured URL, or from where its discovery document says. That
 * document is read again only after the keys could not be had from there.
 *
 * @returns a function that rejects with {@link FetchError}
 * @see OpenID Connect Discovery 1.0 section 4
 * @internal
 */
export function jwksSource(options: OidcIssuerOptions): () => Promise<unknown> {
  const { issuer, jwks } = options
  if (jwks) return () => fetchJson(jwks, { deadline: DEADLINE })
  let discovered: string | undefined
  return async () => {
    const end = Date.now() + DEADLINE
    const url = discovered ?? (await discover(issuer))
    discovered = undefined
    const keys = await fetchJson(url, { deadline: end - Date.now() })
    discovered = url
    return keys
  }
}

/** The key set's URL, from a document that must name the same issuer (section 4.3), so that no other can be put in. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = (await fetchJson(url, { deadline: DEADLINE })) as Record<string, unknown> | null
  if (document?.issuer !== issuer) unexpected('names another issuer')
  const { jwks_uri: jwks } = document
  if (!isTrustworthyUrl(jwks)) unexpected('has no "jwks_uri" with https')
  if (issuer.startsWith('https:') && !jwks.startsWith('https:')) {
    unexpected('has no "jwks_uri" with https')
  }
  return jwks
}

function unexpected(text: string): never {
  throw new FetchError('unexpected', `the discovery document ${text}`)
}
