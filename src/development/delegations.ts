import type { VcapServices } from 'cds-principal-emulator'

import { cap } from '../cap.js'
import type { RequiredService } from '../cap-types.js'
import { EMULATOR_TAG } from './attached.js'

/** Entry of `cds.requires` for keys that nobody has named. */
const KEYS = 'delegation-keys'

/** Names of the options of ways to a token of the author. */
const WAYS = ['ias', 'saml', 'userToken'] as const

type Delegation = Readonly<Partial<Record<(typeof WAYS)[number] | 'credentials', unknown>>>

/** Credentials of the landscape's binding with the keys. */
interface Keys {
  readonly recordKeys: unknown
  readonly assertionKeys: unknown
  /** Options of the ways by which the landscape trusts the application. */
  readonly ways: Readonly<Record<(typeof WAYS)[number], object>>
}

/**
 * Completes `delegation` of required services with the keys that the landscape trusts, and with a way to a token: Identity
 * Authentication if the landscape has it, or else SAML assertions at XSUAA. Configured options stay.
 *
 * @internal
 */
export function bindDelegations(services: VcapServices): void {
  const keys = services['user-provided']?.[0]?.credentials as Keys | undefined
  if (!keys) return
  const requires: Record<string, RequiredService | undefined> = cap.env.requires
  const name = nameOfKeys(requires)
  for (const service of delegated(requires)) {
    const given = (service.delegation === true ? {} : service.delegation) as Delegation
    const { credentials = name } = given
    if (typeof credentials !== 'string') continue // refused with its name when it is checked
    service.delegation = {
      ...given,
      credentials,
      ...waysOf(given, keys, Boolean(services.identity))
    }
    const { recordKeys, assertionKeys } = keys
    const entry: KeyEntry = (requires[credentials] ??= {})
    // CAP binds an entry of kind or label credstore; its options alone lead to no binding
    const store = entry.credentialStore === undefined ? undefined : services.credstore?.[0]
    entry.credentials ??= store?.credentials ?? { recordKeys, assertionKeys }
  }
}

/**
 * Does the same for a process that a landscape has given the variables of its bindings, in place of attaching it. Real bindings are left
 * alone.
 *
 * @internal
 */
export function bindDelegationsOfEnvironment(vcapServices: string | undefined): void {
  if (!vcapServices?.includes(EMULATOR_TAG)) return
  const services = JSON.parse(vcapServices) as VcapServices
  const bindings = services['user-provided']?.filter(({ tags }) => tags.includes(EMULATOR_TAG))
  if (bindings?.length) bindDelegations({ ...services, 'user-provided': bindings })
}

type DelegatedService = RequiredService & { delegation?: unknown }
type KeyEntry = RequiredService & { credentialStore?: unknown }

function delegated(
  requires: Readonly<Record<string, RequiredService | undefined>>
): DelegatedService[] {
  return Object.entries(requires).flatMap(([name, options]) => {
    const service = options as DelegatedService | undefined
    return name !== 'kinds' && name !== 'auth' && service?.delegation ? [service] : []
  })
}

/** An application has one key for its records: that of the service that names it. */
function nameOfKeys(requires: Readonly<Record<string, RequiredService | undefined>>): string {
  const names = delegated(requires).map(({ delegation }) => (delegation as Delegation).credentials)
  return names.find((name) => typeof name === 'string') ?? KEYS
}

/** The names are those that the landscape trusts: it has them from the same configuration. */
function waysOf(given: Delegation, { ways }: Keys, hasIdentity: boolean): object {
  const named = WAYS.filter((way) => given[way] !== undefined)
  const chosen = named.length ? named : ([hasIdentity ? 'ias' : 'saml'] as const)
  return Object.fromEntries(chosen.map((way) => [way, { ...ways[way], ...(given[way] as object) }]))
}
