import { technicalClaims } from '../claims.js'
import type { Grant } from './grant.js'

/** RFC 6749 section 4.4: a technical token, in the provider tenant or the one of `x-zid`. */
export const clientCredentials: Grant = ({ landscape, client, tenant }) => ({
  claims: technicalClaims(landscape, client, tenant ?? landscape.tenant)
})
