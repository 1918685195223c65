import type { Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import { nearestName } from '../../lib/wording/closest.js'
import { printable } from '../../lib/redact.js'
import { SingleFlight } from '../../lib/single-flight.js'
import { serviceKey } from './look-up.js'
import type { DestinationOptions, SelectionStrategy } from './options.js'
import { destinationNames } from './service.js'

/** Milliseconds for which names are cached: they are asked for when a look-up has failed. */
const LIFETIME = 60_000

/** Names that a message lists, where none is near. */
const MAX_NAMES = 5

/** Look-up that has found nothing. */
export interface FailedLookUp {
  readonly service: Service
  readonly name: string
  readonly options: DestinationOptions
  readonly strategy: SelectionStrategy
  /** Tenant of the call; `undefined` is the provider's. */
  readonly own: string | undefined
}

/** Names of destinations on one level of a tenant. */
interface LevelNames {
  readonly owner: 'subscriber' | 'provider'
  readonly level: 'subaccount' | 'instance'
  readonly names: readonly string[]
}

const levels = new SingleFlight<readonly string[]>('destination-levels', 1000)

/**
 * Creates the error for a destination that was not found: where it was looked for, and which names there are.
 *
 * @internal
 */
export async function notFound(lookUp: FailedLookUp): Promise<DestinationError> {
  const { name, options } = lookUp
  const known = await knownNames(lookUp)
  const names = [...new Set(known.flatMap((each) => each.names))]
  const near = nearestName(name, names)
  const listed = names.includes(name) ? [] : near ? [near] : names.slice(0, MAX_NAMES)
  const cause = `there is no destination "${name}"${withFragments(options)} ${placesOf(lookUp)}`
  return new DestinationError('ERR_DESTINATION_NOT_FOUND', cause, {
    destination: name,
    ...(listed.length && {
      sent: name,
      expected: listed.map((each) => printable(each)).join(', ')
    }),
    fix: fixOf(lookUp, known, near)
  })
}

function withFragments({ fragmentName, fragmentOptional }: DestinationOptions): string {
  if (fragmentName === undefined || fragmentOptional) return ''
  return ` with fragment ${[fragmentName]
    .flat()
    .map((each) => `"${each}"`)
    .join()}`
}

/** Describes where a destination was looked for. */
function placesOf({ options, strategy, own }: FailedLookUp): string {
  if (options.level) return `on level "${options.level}"`
  const both = 'in the service instance and the subaccount'
  if (own === undefined) return `${both} of the provider`
  if (strategy === 'subscriberFirst') return `${both} of the subscriber and of the provider`
  return `${both} of the ${strategy === 'alwaysProvider' ? 'provider' : 'subscriber'}`
}

function fixOf(
  { name, options, strategy, own }: FailedLookUp,
  known: readonly LevelNames[],
  near: string | undefined
): string {
  const places = known.filter(({ names }) => names.includes(name))
  const [place] = places
  if (place && options.fragmentName !== undefined && !options.level) {
    return 'The destination is there: check the names of the fragments.'
  }
  if (place && options.level) {
    const where = places.map(({ owner, level }) => `${level} of the ${owner}`).join(', ')
    return `It is on another level (${where}): change destinationOptions.level, or create it there.`
  }
  if (place?.owner === 'provider' && own !== undefined && strategy !== 'alwaysProvider') {
    return (
      'The provider has one of that name: create it for the subscriber, or set destinationOptions.selectionStrategy to ' +
      '"subscriberFirst", for one that propagates users to "alwaysProvider".'
    )
  }
  if (place?.owner === 'subscriber') {
    return 'The subscriber has one of that name: change destinationOptions.selectionStrategy.'
  }
  const create = 'create it in the subaccount or the service instance of the tenant'
  return near ? `Did you mean "${printable(near)}"? Otherwise ${create}.` : `C${create.slice(1)}.`
}

/** Returns the names of destinations on all levels that can be asked; a level that does not answer has none. */
async function knownNames({ service, own }: FailedLookUp): Promise<LevelNames[]> {
  const owners = own === undefined ? [undefined] : [own, undefined]
  const asked = owners.flatMap((tenant) =>
    (['instance', 'subaccount'] as const).map(async (level) => {
      const names = await namesOn(service, tenant, level).catch(() => [])
      return { owner: tenant === undefined ? 'provider' : 'subscriber', level, names } as const
    })
  )
  return Promise.all(asked)
}

function namesOn(
  service: Service,
  tenant: string | undefined,
  level: LevelNames['level']
): Promise<readonly string[]> {
  return levels.get([...serviceKey(service), tenant, level], async () => ({
    value: await destinationNames({ service, tenant }, level),
    lifetime: LIFETIME
  }))
}
