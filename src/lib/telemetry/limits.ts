/** Names of the limits of a process, over all its users and tenants. `docs/capacity.md` has a line for each. */
export const LIMITS = [
  'sockets',
  'waiting-calls',
  'platform-requests',
  'waiting-platform-requests',
  'key-sets',
  'signature-keys',
  'new-tenants',
  'recent-tokens',
  'verified-tokens',
  'role-combinations',
  'user-keys',
  'destinations',
  'destination-levels',
  'complete-destinations',
  'service-tokens',
  'technical-tokens',
  'user-tokens',
  'author-tokens',
  'token-service-turns',
  'subdomains',
  'saml-metadata',
  'renewals',
  'clients',
  'csrf-sessions',
  'agent-sessions',
  'connections-of-principals',
  'cloud-sdk-destinations',
  'subscribed-tenants',
  'tenants-of-queues',
  'health-states'
] as const

/** Name of a limit. */
export type LimitName = (typeof LIMITS)[number]

/** A limit, and what is used of it. */
interface Limit {
  readonly max: () => number
  readonly used: () => number
  /** True if what it limits is there no longer. Default: it is there as long as the process. */
  readonly isOver?: () => boolean
}

const watched = new Map<LimitName, Limit[]>()

/** Lets metrics show a limit. Several of one name are added up. @internal */
export function watchLimit(name: LimitName, limit: Limit): void {
  watched.set(name, [...current(name), limit])
}

/** Returns what is used of all limits of this process. @internal */
export function limitsInUse(): { name: LimitName; used: number; max: number }[] {
  const sum = (limits: Limit[], which: 'used' | 'max') =>
    limits.reduce((total, limit) => total + limit[which](), 0)
  return [...watched.keys()].map((name) => {
    const limits = current(name)
    return { name, used: sum(limits, 'used'), max: sum(limits, 'max') }
  })
}

function current(name: LimitName): Limit[] {
  return (watched.get(name) ?? []).filter(({ isOver }) => !isOver?.())
}
