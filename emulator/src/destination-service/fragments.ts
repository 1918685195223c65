import type { TenantDestinations } from './configuration.js'
import type { DestinationConfiguration } from './stored.js'

/** `X-fragment-name` and `X-fragment-optional`. */
export interface AskedFragments {
  /** The fragments in the order in which they are applied. */
  readonly names: readonly string[]
  /** The header counts for one fragment only. */
  readonly optional: boolean
}

/** Reads the headers of "find destination". */
export function askedFragments(name: string | undefined, optional?: string): AskedFragments {
  const names = (name ?? '').split(',').map((each) => each.trim())
  const given = names.filter(Boolean)
  return { names: given, optional: given.length === 1 && optional?.toLowerCase() === 'true' }
}

/**
 * Puts fragments into a destination: properties of a later one win, and `FragmentName` lists them.
 *
 * @param levelOf - where a fragment is, and its name without the level
 * @returns `undefined` where a fragment that has to be there is not
 * @see SAP BTP Connectivity, "Extending Destinations with Fragments"
 */
export function withFragments(
  destination: DestinationConfiguration,
  { names, optional }: AskedFragments,
  levelOf: (fragment: string) => [name: string, level: Pick<TenantDestinations, 'fragments'>]
): DestinationConfiguration | undefined {
  let merged = destination
  const applied: string[] = []
  for (const asked of names) {
    const [name, { fragments }] = levelOf(asked)
    const fragment = fragments.get(name)
    if (!fragment && !optional) return undefined
    if (!fragment) continue
    merged = { ...merged, ...fragment }
    applied.push(name)
  }
  const { Name = '' } = destination
  return applied.length ? { ...merged, Name, FragmentName: applied.join() } : destination
}
