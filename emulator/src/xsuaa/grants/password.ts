import { allowsProvider } from '../../landscape/clients.js'
import { logOn } from '../../landscape/landscape.js'
import { equal } from '../authenticate-client.js'
import { DEFAULT_ORIGIN, claimsFor } from '../claims.js'
import { badUser, TokenError } from '../token-error.js'
import type { Grant } from './grant.js'

/** RFC 6749 section 4.3: a user token; users without password accept any, as CAP's mocked users do. */
export const password: Grant = ({ landscape, client, form, tenant }) => {
  if (!allowsProvider(client, DEFAULT_ORIGIN)) {
    const text =
      'The client is not authorized for any identity provider that supports password grant.'
    throw new TokenError(401, 'unauthorized', text)
  }
  const user = logOn(landscape, form.get('username') ?? '', tenant)
  if (!user) throw badUser()
  if (user.password && !equal(user.password, form.get('password') ?? '')) throw badUser()
  const nonce = form.get('nonce')
  return { claims: { ...claimsFor(landscape, client, user), ...(nonce !== null && { nonce }) } }
}
