import { TokenError } from '../../errors.js'
import { FetchError, fetchJson } from '../../lib/fetch-json.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { isTrustworthyUrl } from '../../lib/trustworthy-url.js'
import { KeySet } from './key-set.js'

/** Milliseconds for the discovery document and the keys together. */
const DEADLINE = 5_000

/**
 * Returns a function that fetches the key set of an issuer from its configured URL, or from the URL in its discovery document.
 * The document is read again only after the keys could not be fetched from there.
 *
 * @returns a function that rejects with {@link FetchError}
 * @see OpenID Connect Discovery 1.0 section 4
 * @internal
 */
export function jwksSource(options: {
  readonly issuer: string
  readonly jwks?: string
}): () => Promise<unknown> {
  const { issuer, jwks } = options
  if (jwks) return () => atPlatform(issuer, () => fetchJson(jwks, { deadline: DEADLINE }))
  let discovered: string | undefined
  const fetchKeys = async () => {
    const end = Date.now() + DEADLINE
    const url = discovered ?? (await discover(issuer))
    discovered = undefined
    const keys = await fetchJson(url, { deadline: end - Date.now() })
    discovered = url
    return keys
  }
  return () => atPlatform(issuer, fetchKeys)
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

/**
 * The keys of Identity Authentication for one issuer URL, tenant and client.
 *
 * @param id - JSON list of issuer, `app_tid`, `azp`, `azp_app_tid`, all checked
 * @see SAP Help, "Call Identity Authentication Discovery Endpoint"; `@sap/xssec`, `IdentityService.fetchJwks`
 * @internal
 */
export function iasKeySet(
  credentials: { readonly clientid: string },
  id: string,
  algorithms: string[]
): KeySet {
  const [issuer, tenant, azp, azpTenant] = JSON.parse(id) as [string, ...(string | null)[]]
  const url = issuer.startsWith('https://') ? issuer : `https://${issuer}`
  const headers = {
    'x-client_id': credentials.clientid,
    ...(tenant && { 'x-app_tid': tenant }),
    ...(azp && { 'x-azp': azp }),
    ...(azpTenant && { 'x-azp_app_tid': azpTenant })
  }
  const fetchKeys = async () => fetchJson(await jwksUri(url), { headers })
  const load = () => atPlatform(tenant ?? undefined, fetchKeys).catch(refusedTenant)
  return new KeySet({ alias: 'ias', algorithms, load })
}

/** Returns the key set's URL from the discovery document, which is asked without the ids in the headers. */
async function jwksUri(issuerUrl: string): Promise<string> {
  const document = await fetchJson(new URL('/.well-known/openid-configuration', issuerUrl).href)
  const { jwks_uri: uri } = (document ?? {}) as { jwks_uri?: unknown }
  if (typeof uri === 'string' && URL.canParse(uri) && new URL(uri).protocol === 'https:') return uri
  throw new FetchError('not-json', 'no https "jwks_uri" in the OpenID configuration')
}

/** 400 is SAP's answer for the keys of a tenant or client that may not call this application. @internal */
export function refusedTenant(error: unknown): never {
  if (error instanceof FetchError && error.reason === 'status' && error.status === 400) {
    throw new TokenError('ERR_TOKEN_TENANT', 'the issuer has no keys for the tenant of the token', {
      fix: 'Subscribe the tenant to the application, or get the token in a subaccount that has subscribed; in development, add the tenant to the emulated landscape.'
    })
  }
  throw error
}
