import { fc } from '../../support/generated-inputs.js'
import { type Fault, PROXY_FAULTS, SYSTEM_FAULTS } from './marker.js'

export const TENANTS = ['provider', 'acme-id', 'globex-id'] as const
export const USERS = Array.from({ length: 30 }, (_, i) => `u${String(i).padStart(2, '0')}`)
export const KINDS = ['rest', 'odata', 'odata-v2', 'hcql', 'execute'] as const
export const POLICIES = [
  'unset',
  'namedUser',
  'currentUser',
  'systemUser',
  'systemUserProvider'
] as const

interface DestinationKind {
  readonly userBound: boolean
  readonly onPremise: boolean
  /** Other credentials can be had when these are refused. */
  readonly renewable: boolean
}

const kind = (userBound: boolean, onPremise: boolean, renewable: boolean): DestinationKind => ({
  userBound,
  onPremise,
  renewable
})

export const DESTINATIONS: Readonly<Record<string, DestinationKind>> = {
  PP: kind(true, true, true),
  JWT: kind(true, false, true),
  UTE: kind(true, false, true),
  SAML: kind(true, false, true),
  FORWARD: kind(true, false, false),
  CC: kind(false, false, true),
  BASIC: kind(false, false, false),
  NONE: kind(false, true, false)
}

/** Where the code runs that calls; `other` and `foreign` are somebody else's transaction, `late` when the token is over. */
export const PLACES = [
  'request',
  'nestedTx',
  'spawned',
  'succeeded',
  'emitted',
  'timer',
  'privileged',
  'spawnedPrivileged',
  'anonymous',
  'custom',
  'other',
  'foreign',
  'late',
  'queued'
] as const

/** Somebody with a token. */
export interface Caller {
  /** Without one: the application itself. */
  readonly user: string | undefined
  readonly tenant: (typeof TENANTS)[number]
}

/** One call of a remote system. */
export interface Call {
  readonly kind: (typeof KINDS)[number]
  readonly policy: (typeof POLICIES)[number]
  readonly destination: string
  readonly op: 'read' | 'write'
  readonly fault: Fault
}

/** One request of a client, with all calls that it leads to. */
export interface Request {
  readonly caller: Caller
  /** In whose transaction, for the place `other`. */
  readonly other: Caller
  readonly place: (typeof PLACES)[number]
  readonly queue: 'persistent' | 'in-memory'
  /** Its calls at once, or one after the other. */
  readonly parallel: boolean
  readonly calls: readonly Call[]
}

/** Work that is done at once. */
export interface Wave {
  readonly requests: readonly Request[]
  /** How many requests fail meanwhile at the token service and the Destination service. */
  readonly outage: boolean
}

export function serviceName(kind: string, policy: string, destination: string, short = false) {
  return `${kind}_${policy}_${destination}${short ? '_SHORT' : ''}`
}

/** Whether a call is a GET: queries of the kind `hcql` are always posted. */
export function isGet({ kind, op }: Call): boolean {
  return op === 'read' && kind !== 'hcql'
}

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)
const tenant = some(TENANTS)
const user = fc.record({ user: some(USERS), tenant })

const bound = (userBound: boolean) =>
  Object.keys(DESTINATIONS).filter((name) => DESTINATIONS[name]?.userBound === userBound)

const call: fc.Arbitrary<Call> = fc
  .record({
    kind: some(KINDS),
    policy: some(POLICIES),
    destination: some(Object.keys(DESTINATIONS)),
    fitting: fc.tuple(some(bound(true)), some(bound(false))),
    fits: fc.boolean(),
    op: some(['read', 'write'] as const),
    fault: fc.oneof(
      { weight: 14, arbitrary: fc.constant<Fault>('none') },
      { weight: 5, arbitrary: some<Fault>(SYSTEM_FAULTS) },
      { weight: 2, arbitrary: some<Fault>(PROXY_FAULTS) }
    )
  })
  .map(({ fits, fitting: [userBound, technical], ...each }) => {
    const { policy, destination: any } = each
    const one = policy === 'unset' ? any : policy.startsWith('system') ? technical : userBound
    const destination = fits ? one : any
    return { ...each, destination, fault: possible({ ...each, destination }) }
  })

/** Some can't happen to some calls. */
function possible(each: Call): Fault {
  const { fault, kind, destination } = each
  const atProxy = PROXY_FAULTS.some((name) => name === fault)
  if (atProxy && !DESTINATIONS[destination]?.onPremise) return 'none'
  if (fault === 'forgotten' && isGet(each)) return 'none'
  // axios takes a page for an answer when nobody says what is accepted
  return fault === 'page' && kind === 'execute' ? 'none' : fault
}

/** What a queue would try again. */
const REPEATED: readonly Fault[] = ['none', 'slow', 'unauthorized', 'proxyauth', 'forgotten']

const request: fc.Arbitrary<Request> = fc
  .record({
    caller: fc.oneof(
      { weight: 12, arbitrary: user },
      { weight: 1, arbitrary: fc.record({ user: fc.constant(undefined), tenant }) }
    ),
    other: user,
    place: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Request['place']>('request') },
      { weight: 13, arbitrary: some(PLACES) }
    ),
    queue: some(['persistent', 'in-memory'] as const),
    parallel: fc.boolean(),
    calls: fc.array(call, { minLength: 1, maxLength: 5 })
  })
  .map((each) => (each.place === 'queued' ? { ...each, calls: each.calls.map(queueable) } : each))

function queueable(each: Call): Call {
  const { renewable = false } = DESTINATIONS[each.destination] ?? {}
  const healed = renewable || each.fault !== 'unauthorized'
  const fault = healed && REPEATED.includes(each.fault) ? each.fault : 'none'
  return { ...each, fault, kind: each.kind === 'execute' ? 'rest' : each.kind }
}

/** The same for the same seed, whatever the machine. */
export function waveOf(seed: number, number: number, size: number): Wave {
  const requests = fc.array(request, { minLength: size, maxLength: size })
  const [generated = []] = fc.sample(requests, { seed: seed + number, numRuns: 1 })
  return { requests: onceForgotten(generated), outage: number % 4 === 3 }
}

/** A session that is lost twice at the same time is a failure, and no longer one that is healed. */
function onceForgotten(requests: readonly Request[]): Request[] {
  const seen = new Set<string>()
  const heal = (each: Call): Call => {
    if (each.fault !== 'forgotten') return each
    const key = serviceName(each.kind, each.policy, each.destination)
    if (seen.has(key)) return { ...each, fault: 'none' }
    seen.add(key)
    return each
  }
  return requests.map((each) => ({ ...each, calls: each.calls.map(heal) }))
}
