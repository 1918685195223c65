import type { Landscape } from '../landscape/landscape.js'
import type { LocatedOptions } from '../types.js'
import { createSigningIdentity, type SigningIdentity } from './signing-identity.js'
import { type OwnIssuer, readTrust, type TrustedProvider } from './trust.js'
import { UsedAssertions } from './used-assertions.js'

/** The SAML settings of the emulated services. */
export interface SamlService {
  /** The identity providers that XSUAA trusts. */
  readonly providers: readonly TrustedProvider[]
  readonly used: UsedAssertions
  /** The Destination service of a tenant, which signs with a key of that tenant. */
  signerOf(tenant: string): OwnIssuer
  /** Identity Authentication. */
  readonly identity: OwnIssuer
}

/** A name of the tenant, as an administrator can give it one: the URL has a port that is new on every start. */
const IDENTITY = 'ias.localhost'

/**
 * Reads the trust configuration.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function createSamlService(
  { trust = {}, root }: Pick<LocatedOptions, 'trust' | 'root'>,
  { tenant: provider, describeUser, clock }: Pick<Landscape, 'tenant' | 'describeUser' | 'clock'>
): SamlService {
  const identities = new Map<string, Promise<SigningIdentity>>()
  const issuer = (entityId: string, commonName: string): OwnIssuer => ({
    entityId,
    identity: () => {
      const identity = identities.get(entityId) ?? createSigningIdentity(commonName)
      identities.set(entityId, identity)
      return identity
    }
  })
  const signerOf = (tenant: string) => issuer(`cfapps.localhost/${tenant}`, tenant)
  const identity = issuer(IDENTITY, IDENTITY)
  const own = { destinationTrust: signerOf(provider), identityTrust: identity }
  const providers = readTrust(trust, root, own)
  // a role that does not exist comes to light now, and not with the first assertion
  for (const { origin, users, roleCollections } of providers) {
    for (const [name, user] of Object.entries(users)) describeUser(name, user)
    describeUser(`trust.${origin}`, { roles: [...roleCollections.values()].flat() })
  }
  return {
    providers,
    used: new UsedAssertions(clock),
    signerOf,
    identity
  }
}
