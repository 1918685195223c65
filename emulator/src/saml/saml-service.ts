import type { Landscape } from '../landscape/landscape.js'
import type { LocatedOptions } from '../types.js'
import { createSigningIdentity, type SigningIdentity } from './signing-identity.js'
import { type OwnIssuer, readTrust, type TrustedProvider } from './trust.js'
import { UsedAssertions } from './used-assertions.js'

/** The SAML settings of the emulated services. */
export interface SamlService {
  /** Returns the identity providers that the subaccount of a tenant trusts. */
  providersOf(tenant: string): readonly TrustedProvider[]
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
  { trust = {}, tenants = {}, root }: Pick<LocatedOptions, 'trust' | 'tenants' | 'root'>,
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
  const subscribers = new Map(
    Object.entries(tenants).map(([id, tenant]) => {
      const signer = { ...own, destinationTrust: signerOf(id) }
      return [id, readTrust(tenant.trust ?? {}, root, signer, `tenants.${id}.trust`)]
    })
  )
  // a role that does not exist comes to light now, and not with the first assertion
  for (const each of [providers, ...subscribers.values()].flat()) {
    const { origin, users, roleCollections } = each
    for (const [name, user] of Object.entries(users)) describeUser(name, user)
    describeUser(`trust.${origin}`, { roles: [...roleCollections.values()].flat() })
  }
  return {
    // tenants that only users name have the provider's configuration, as for destinations
    providersOf: (tenant) => subscribers.get(tenant) ?? providers,
    used: new UsedAssertions(clock),
    signerOf,
    identity
  }
}
