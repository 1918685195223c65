import { createAuthTokens } from './tokens/auth-tokens.js'
import { type AskedChain, throughChain } from './chain.js'
import { keyStoreOf } from './certificates.js'
import type { DestinationStore, TenantDestinations } from './configuration.js'
import { type AskedFragments, withFragments } from './fragments.js'
import { LookUpFailed } from './lookup-failed.js'
import type { Caller, DestinationTokens } from './tokens/types.js'

/** A look-up of a destination, as a client has asked for it. */
export interface Asked {
  readonly name: string
  readonly caller: Caller
  readonly fragments: AskedFragments
  readonly skipTokenRetrieval: boolean
  readonly chain?: AskedChain | undefined
}

const EMPTY: TenantDestinations = {
  destinations: new Map(),
  fragments: new Map(),
  certificates: new Map()
}

/**
 * "Find destination": configuration, level, and tokens unless the client wants none. All destinations are on subaccount level.
 *
 * @throws LookUpFailed
 */
export async function find(service: DestinationTokens, store: DestinationStore, asked: Asked) {
  const own = store(asked.caller.tenant)
  const { chain, skipTokenRetrieval } = asked
  const caller =
    chain && !skipTokenRetrieval
      ? await throughChain(service, own, asked.caller, chain)
      : asked.caller
  const { merged, tokens } = await completed(service, own, { ...asked, caller }, (fragment) => [
    fragment,
    own
  ])
  const owner = { SubaccountId: asked.caller.tenant, InstanceId: null }
  return { owner, destinationConfiguration: merged, ...tokens }
}

/**
 * "Consume destination" (v2): on exactly the level of the name, `<name>@<level>`, without falling back to another one.
 *
 * @throws LookUpFailed
 * @see SAP BTP Connectivity, "Referring Resources Using the Consume REST API"
 */
export async function consume(
  service: DestinationTokens,
  store: DestinationStore,
  asked: Asked,
  includeOwner: boolean
) {
  const provider = service.landscape.tenant
  const { tenant } = asked.caller
  const levels: Readonly<Record<string, TenantDestinations>> = {
    subaccount: store(tenant),
    instance: EMPTY,
    provider_subaccount: store(provider),
    provider_instance: EMPTY
  }
  const [name, level = ''] = splitName(asked.name)
  const fragments = asked.fragments.names.map((each) => splitName(each)[1] ?? level)
  const known = [level, ...fragments].every((each) => Object.hasOwn(levels, each))
  if (!known)
    throw new LookUpFailed(400, 'The level must be one of ' + Object.keys(levels).join(', '))
  if (tenant !== provider && new Set([level, ...fragments]).size > 1) refuseMixed(level, fragments)
  const { merged, tokens } = await completed(
    service,
    levels[level] ?? EMPTY,
    { ...asked, name },
    (fragment) => {
      const [own, other = level] = splitName(fragment)
      return [own, levels[other] ?? EMPTY]
    }
  )
  const owner = { SubaccountId: level.startsWith('provider') ? provider : tenant, InstanceId: null }
  const metadata = { owner: { destinations: [{ Name: name, ...owner }] } }
  return {
    destinationConfiguration: { ...merged, ...(includeOwner && { $metadata: metadata }) },
    ...tokens
  }
}

/** Refuses to mix what a subscriber's administrator maintains, and nobody else may see, with another level. */
function refuseMixed(level: string, fragments: readonly string[]): void {
  if (![level, ...fragments].includes('subaccount')) return
  throw new LookUpFailed(
    403,
    'Resources of level subaccount can not be combined with those of other levels'
  )
}

function splitName(text: string): [name: string, level: string | undefined] {
  const at = text.lastIndexOf('@')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

async function completed(
  service: DestinationTokens,
  { destinations, certificates }: TenantDestinations,
  { name, caller, fragments, skipTokenRetrieval }: Asked,
  levelOf: Parameters<typeof withFragments>[2]
) {
  const destination = destinations.get(name)
  const merged = destination && withFragments(destination, fragments, levelOf)
  if (!merged) throw new LookUpFailed()
  if (skipTokenRetrieval) return { merged, tokens: {} }
  const authTokens = await createAuthTokens(service, merged, caller)
  const keyStore = keyStoreOf(merged, certificates)
  const tokens = { ...(authTokens && { authTokens }), ...(keyStore && { certificates: keyStore }) }
  return { merged, tokens }
}
