import { allowsProvider } from '../../landscape/clients.js'
import { acceptAssertion } from '../../saml/accept-assertion.js'
import { InvalidAssertion } from '../../saml/invalid-assertion.js'
import { serviceProvider } from '../../saml/service-provider.js'
import { SAML2_BEARER, userClaims } from '../claims.js'
import { TokenError } from '../token-error.js'
import type { Grant, GrantContext } from './grant.js'

/**
 * RFC 7522: the user of a trusted identity provider gets a user token, without having been here. Who is trusted is the trust
 * configuration of the tenant's subaccount.
 *
 * @see CF UAA, `Saml2BearerGrantAuthenticationConverter`; its clock skew is wider, and it lets assertions be used again
 */
export const samlBearer: Grant = async (context) => {
  const { landscape, client, saml, shadowUsers, tenant = landscape.tenant } = context
  const assertion = await accept(context)
  const provider = saml.providersOf(tenant).find(({ entityId }) => entityId === assertion.issuer)
  if (provider && !allowsProvider(client, provider.origin)) {
    throw refusal(`The client does not allow the provider ${provider.origin}`)
  }
  const shadow = provider && shadowUsers.of(landscape, tenant, provider, assertion)
  if (!shadow) {
    throw refusal(
      'SAML user does not exist. You can correct this by creating a shadow user for the SAML user.'
    )
  }
  const claims = userClaims(landscape, client, shadow.user)
  const system = claims['xs.system.attributes'] as object
  return {
    claims: {
      ...claims,
      grant_type: SAML2_BEARER,
      origin: provider.origin,
      'xs.system.attributes': { ...system, 'xs.saml.groups': shadow.groups }
    }
  }
}

async function accept(context: GrantContext) {
  const { landscape, issuer, form, saml, tenant = landscape.tenant } = context
  const encoded = form.get('assertion')
  if (!encoded) throw refusal('SAML Assertion is missing')
  const { entityId: audience, recipients } = serviceProvider(landscape, issuer, tenant)
  const find = async (entityId: string) =>
    saml
      .providersOf(tenant)
      .find((each) => each.entityId === entityId)
      ?.issuer()
  try {
    return await acceptAssertion(
      encoded,
      find,
      { audience, recipients, now: landscape.clock.now() },
      saml.used
    )
  } catch (error) {
    throw error instanceof InvalidAssertion ? refusal(error.message) : error
  }
}

/** Refuses an assertion as UAA does when it can't authenticate a user. */
const refusal = (description: string) => new TokenError(401, 'unauthorized', description)
