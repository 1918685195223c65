import { equal } from '../authenticate-client.js'
import { userClaims } from '../claims.js'
import { badUser } from '../token-error.js'
import type { Grant } from './grant.js'

/** RFC 6749 section 4.3: a user token; users without password accept any, as CAP's mocked users do. */
export const password: Grant = ({ landscape, client, form, tenant }) => {
  const user = landscape.users.get(form.get('username') ?? '')
  if (!user || (tenant !== undefined && user.tenant !== tenant)) throw badUser()
  if (user.password && !equal(user.password, form.get('password') ?? '')) throw badUser()
  return { claims: userClaims(landscape, client, user) }
}
