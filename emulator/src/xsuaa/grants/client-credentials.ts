import { technicalClaims, type Claims } from '../claims.js'
import { invalidRequest } from '../token-error.js'
import type { Grant } from './grant.js'

/** RFC 6749 section 4.4: a technical token, in the provider tenant or the one that was asked for. */
export const clientCredentials: Grant = ({ landscape, client, form, tenant }) => ({
  claims: {
    ...technicalClaims(landscape, client, tenant ?? landscape.tenant),
    ...additionalAttributes(form.get('authorities'))
  }
})

/** UAA's `authorities={"az_attr":{…}}`: attributes that the client adds to its own token. */
function additionalAttributes(authorities: string | null): Claims {
  if (!authorities) return {}
  try {
    const { az_attr } = JSON.parse(authorities) as { az_attr?: unknown }
    return typeof az_attr === 'object' && az_attr !== null ? { az_attr } : {}
  } catch {
    throw invalidRequest('the parameter authorities is not JSON')
  }
}
