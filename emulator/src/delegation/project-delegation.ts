import type { CredentialStoreOptions } from '../credential-store/types.js'
import type { EmulatorOptions } from '../types.js'
import type { DelegationTrustOptions } from './delegation-options.js'

/** Options of a required service by which the landscape knows the application. */
interface Delegation {
  readonly ias?: DelegationTrustOptions
  readonly userToken?: DelegationTrustOptions
  readonly saml?: DelegationTrustOptions
}

/** Entry of `cds.requires` that can have the keys. */
interface KeyEntry {
  readonly kind?: unknown
  readonly vcap?: { readonly label?: unknown }
  readonly credentialStore?: unknown
}

const NAMES = ['issuer', 'assertionIssuer', 'origin'] as const

/**
 * Returns the option `delegation` of a project: there is one if a required service has `delegation`, with the names that this
 * configuration has.
 *
 * @param own - of `cds.requires.auth.emulator`
 */
export function delegationOf(
  requires: Readonly<Record<string, unknown>>,
  own: EmulatorOptions['delegation']
): Pick<EmulatorOptions, 'delegation'> {
  const delegations = Object.entries(requires).flatMap(([name, options]) =>
    name === 'kinds' ? [] : [(Object(options) as { delegation?: unknown }).delegation]
  )
  const asked = delegations.filter(Boolean)
  if (own === false || (own === undefined && !asked.length)) return {}
  const ways = asked
    .map((each) => Object(each) as Delegation)
    .flatMap(({ ias, saml, userToken }) => [ias, saml, userToken])
  const given = typeof own === 'object' ? own : {}
  const names = NAMES.flatMap((name) => {
    const value = given[name] ?? ways.find((way) => way?.[name])?.[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { delegation: names.length ? Object.fromEntries(names) : true }
}

/**
 * Returns the option `credentialStore` of a project: there is a store if the entry with the keys of delegations is one, and has them at
 * the place that the entry names.
 *
 * @param own - of `cds.requires.auth.emulator`
 */
export function credentialStoreOf(
  requires: Readonly<Record<string, unknown>>,
  own: EmulatorOptions['credentialStore']
): Pick<EmulatorOptions, 'credentialStore'> {
  if (own === false) return { credentialStore: own }
  const names = Object.entries(requires).flatMap(([name, options]) => {
    const { delegation } = Object(options) as { delegation?: { credentials?: unknown } }
    return name === 'kinds' || !delegation ? [] : [delegation.credentials ?? 'delegation-keys']
  })
  const entry = names.map((name) => Object(requires[name as string]) as KeyEntry).find(isStore)
  const credentialStore = entry ? { ...placeOf(entry), ...(own !== true && own) } : own
  return credentialStore === undefined ? {} : { credentialStore }
}

function isStore({ kind, vcap, credentialStore }: KeyEntry): boolean {
  return kind === 'credstore' || vcap?.label === 'credstore' || credentialStore !== undefined
}

/** Values that are no text are left to the plugin, which names the option. */
function placeOf({
  credentialStore
}: KeyEntry): Pick<CredentialStoreOptions, 'namespace' | 'name'> {
  const { namespace, name } = Object(credentialStore) as { namespace?: unknown; name?: unknown }
  return {
    ...(typeof namespace === 'string' && { namespace }),
    ...(typeof name === 'string' && { name })
  }
}
