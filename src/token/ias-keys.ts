import { FetchError, fetchJson } from './fetch-json.js'
import type { IasCredentials } from './ias-issuer.js'
import { KeySet } from './key-set.js'
import { refusedTenant } from './refused-tenant.js'

/**
 * The keys of Identity Authentication for one issuer URL, tenant and client.
 *
 * @param id - JSON list of issuer, `app_tid`, `azp`, `azp_app_tid`, all checked
 * @see SAP Help, "Call Identity Authentication Discovery Endpoint"; `@sap/xssec`, `IdentityService.fetchJwks`
 * @internal
 */
export function iasKeySet(credentials: IasCredentials, id: string, algorithms: string[]): KeySet {
  const [issuer, tenant, azp, azpTenant] = JSON.parse(id) as [string, ...(string | null)[]]
  const url = issuer.startsWith('https://') ? issuer : `https://${issuer}`
  const headers = {
    'x-client_id': credentials.clientid,
    ...(tenant && { 'x-app_tid': tenant }),
    ...(azp && { 'x-azp': azp }),
    ...(azpTenant && { 'x-azp_app_tid': azpTenant })
  }
  const load = async () => fetchJson(await jwksUri(url), { headers }).catch(refusedTenant)
  return new KeySet({ alias: 'ias', algorithms, load })
}

/** From discovery; on the host that was asked, so that no other gets the ids in the headers. */
async function jwksUri(issuerUrl: string): Promise<string> {
  const document = await fetchJson(new URL('/.well-known/openid-configuration', issuerUrl).href)
  const { jwks_uri: uri } = (document ?? {}) as { jwks_uri?: unknown }
  if (typeof uri === 'string' && URL.canParse(uri) && new URL(uri).protocol === 'https:') return uri
  throw new FetchError('not-json', 'no https "jwks_uri" in the OpenID configuration')
}
