import { randomUUID } from 'node:crypto'
import { EMULATOR_TAG } from '../http/assert-local.js'
import { DEFAULT_GRANTS } from '../ias/identity-client.js'
import type { Landscape } from '../landscape/landscape.js'
import { serviceProvider } from '../saml/service-provider.js'
import type { Destinations } from '../option-types.js'
import type { LocatedOptions, ServiceBinding } from '../types.js'
import { JWT_BEARER } from '../xsuaa/claims.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { createDelegationKeys, type DelegationKeys } from './delegation-keys.js'
import type { DelegationTrustOptions } from './delegation-options.js'

/** The service that has the keys, as an application would name its own. */
const NAME = 'emulated-delegation-keys'

/** Value of the property of a destination that stands for the keys of the application. */
const OWN_KEYS = 'delegation'

/** An application that the landscape trusts. */
export interface TrustedApplication {
  readonly keys: DelegationKeys
  readonly names: Required<DelegationTrustOptions>
}

/** Makes the keys of the application; nothing without the option `delegation`. */
export async function createTrustedApplication({
  delegation
}: Pick<LocatedOptions, 'delegation'>): Promise<TrustedApplication | undefined> {
  if (!delegation) return undefined
  const { issuer, assertionIssuer, origin } = delegation === true ? {} : delegation
  return {
    keys: await createDelegationKeys('delegation.localhost', `delegation-${randomUUID()}`),
    names: {
      issuer: issuer ?? 'https://delegation.localhost',
      assertionIssuer: assertionIssuer ?? 'urn:emulated:delegation',
      origin: origin ?? 'delegation'
    }
  }
}

/** Returns the options with the application as a trusted identity provider; what is configured for the same names stays. */
export function withTrustedApplication(
  options: LocatedOptions,
  application: TrustedApplication | undefined
): LocatedOptions {
  if (!application) return options
  const { keys, names } = application
  const { assertionIssuer: entityId, origin, issuer } = names
  const provider = { [origin]: { entityId, certificate: keys.certificate } }
  const { tenants, trust, identity, destinations } = options
  const corporate = { delegation: { issuer, jwks: { keys: [keys.publicKey] } } }
  const own = typeof identity === 'object' ? identity : {}
  return {
    ...options,
    trust: { ...provider, ...trust },
    ...(destinations && { destinations: withKeys(destinations, keys) }),
    ...(tenants && {
      tenants: mapValues(tenants, (tenant) => ({
        ...tenant,
        trust: { ...provider, ...tenant.trust },
        ...(tenant.destinations && { destinations: withKeys(tenant.destinations, keys) })
      }))
    }),
    ...(identity && {
      identity: {
        grantTypes: [...DEFAULT_GRANTS, JWT_BEARER],
        ...own,
        corporateIdentityProviders: { ...corporate, ...own.corporateIdentityProviders }
      }
    })
  }
}

function withKeys(destinations: Destinations, { publicKey }: DelegationKeys): Destinations {
  const property = 'x_user_token.jwks'
  const jwks = Buffer.from(JSON.stringify({ keys: [publicKey] })).toString('base64')
  return mapValues(destinations, (each) =>
    each[property] === OWN_KEYS ? { ...each, [property]: jwks } : each
  )
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => T
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

/**
 * Creates the binding with the keys, as a user-provided service has them, and with the names by which the landscape knows the
 * application.
 */
export function delegationBinding(
  { keys, names }: TrustedApplication,
  landscape: Landscape,
  issuer: TokenIssuer
): ServiceBinding {
  const tenants = Object.fromEntries(
    [...landscape.subdomains.keys()].map((tenant) => {
      const { entityId: audience, recipients } = serviceProvider(landscape, issuer, tenant)
      return [tenant, { audience, assertionRecipient: recipients[0] }]
    })
  )
  const { assertionIssuer, origin } = names
  return {
    ...{ label: 'user-provided', name: NAME, plan: '', tags: [EMULATOR_TAG] },
    ...{ instance_guid: randomUUID(), instance_name: NAME },
    ...{ binding_guid: randomUUID(), binding_name: null },
    credentials: {
      url: issuer.url,
      recordKeys: [keys.recordKey],
      assertionKeys: [keys.assertionKey],
      ways: {
        ias: { issuer: names.issuer },
        saml: { assertionIssuer, origin, tenants },
        userToken: { issuer: names.issuer }
      }
    }
  }
}
