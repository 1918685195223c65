import { cap } from '../cap.js'
import { ConfigurationError } from '../errors.js'
import { type DelegatedService, delegatedServices } from './options.js'

/** Annotation of events and actions of the application's own services. */
const ANNOTATION = '@delegated'

let services: readonly DelegatedService[] = []
const byName = new Map<string, DelegatedService>()

/**
 * Reads the required services with a delegation.
 *
 * @returns all of them
 * @throws {@link ConfigurationError}
 * @internal
 */
export function configureTargets(
  requires: Readonly<Record<string, unknown>>
): readonly DelegatedService[] {
  services = delegatedServices(requires)
  byName.clear()
  for (const each of services) {
    const { service } = requires[each.name] as { service?: unknown }
    byName.set(each.name, each)
    if (typeof service === 'string') byName.set(service, each)
  }
  const [first] = services
  const other = services.find(({ credentials }) => credentials !== first?.credentials)
  if (!first || !other) return services
  throw new ConfigurationError(
    `cds.requires.${other.name}.delegation.credentials is another one than that of "${first.name}": an application has one ` +
      'key for its records'
  )
}

/** Returns the required services with a delegation. @internal */
export function allTargets(): readonly DelegatedService[] {
  return services
}

/** Time for which entries of some services are kept. */
export interface Retention {
  readonly service: { readonly in: string[] } | { readonly 'not in': string[] }
  /** Seconds after their end. */
  readonly seconds: number
}

/** Returns how long entries are kept: those of each required service, and of all others as long as any of them. @internal */
export function retentions(): Retention[] {
  const own = Array.from(byName, ([name, { retention }]) => ({
    service: { in: [name] },
    seconds: retention
  }))
  const others = { service: { 'not in': [...byName.keys()] }, seconds: longest('retention') }
  return [...own, others]
}

const longest = (option: 'validFor' | 'retention') =>
  Math.max(...services.map((each) => each[option]))

/** Returns the delegation of a required service. @internal */
export function delegationOf(service: string | undefined): DelegatedService | undefined {
  return service === undefined ? undefined : byName.get(service)
}

/**
 * Returns the delegation for a queued message: that of the required service, or for an event that is marked `@delegated` one that
 * lasts as long as any of them.
 *
 * @internal
 */
export function targetOf(service = '', event = ''): DelegatedService | undefined {
  if (event.endsWith('/#succeeded') || event.endsWith('/#failed')) return undefined
  return delegationOf(service) ?? (isMarked(service, event) ? ownTarget(service) : undefined)
}

function isMarked(service: string, event: string): boolean {
  const { [`${service}.${event}`]: definition } = cap.model?.definitions ?? {}
  const { [ANNOTATION]: mark } = (definition ?? {}) as { [ANNOTATION]?: unknown }
  return Boolean(mark)
}

function ownTarget(name: string): DelegatedService | undefined {
  const [first] = services
  if (!first) return undefined
  const never = { repeatable: undefined, idempotent: false, options: {} }
  const { credentials } = first
  return {
    name,
    credentials,
    ...never,
    validFor: longest('validFor'),
    retention: longest('retention')
  }
}

/** True if a service of the application has an event or action that is marked `@delegated`. @internal */
export function hasMarkedEvents(service: string): boolean {
  const names = Object.keys(cap.model?.definitions ?? {})
  const prefix = `${service}.`
  return names.some(
    (name) => name.startsWith(prefix) && isMarked(service, name.slice(prefix.length))
  )
}
