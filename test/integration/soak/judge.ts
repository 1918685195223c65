import type { MarkedCall, Outcome } from './driver.js'
import { expected, type Expected } from './expected.js'
import type { Proxied } from './proxy-relay.js'
import type { Entry } from './record.js'

/** What has happened, by those who have seen it. */
export interface Evidence {
  readonly outcomes: ReadonlyMap<MarkedCall, Outcome | undefined>
  readonly entries: readonly Entry[]
  readonly proxied: readonly Proxied[]
}

/** What must not be, in words; nothing, if all is well. */
export function violations({ outcomes, entries, proxied }: Evidence): string[] {
  const found: string[] = []
  const byMarker = Map.groupBy(entries, ({ header }) => header ?? '')
  const asked = new Set(proxied.map(({ marker }) => marker))
  const known = new Set([...outcomes.keys()].map(({ marker }) => marker))
  for (const entry of entries) {
    const say = (text: string) => found.push(`${text}: ${JSON.stringify(entry)}`)
    if (!known.has(entry.header ?? '')) say('nobody has sent this')
    if (!entry.fetch && entry.marker !== entry.header) say('the body of another call')
    if (entry.stolen) say('the session of somebody else')
  }
  for (const [marked, outcome] of outcomes) {
    const own = byMarker.get(marked.marker) ?? []
    const results = alternatives(marked)
    const reasons = results.map((each) => difference(each, outcome, own, asked.has(marked.marker)))
    if (reasons.includes(undefined)) continue
    found.push(`${reasons.join(' / ')}: ${described(marked)}: ${JSON.stringify({ outcome, own })}`)
  }
  return [...found, ...sharedConnections(proxied)]
}

function described({ marker, call, request }: MarkedCall): string {
  const { kind, policy, destination, op } = call
  const { caller, other, place, queue } = request
  const who = ({ user = 'application', tenant }: typeof caller) => `${user}@${tenant}`
  const where = `${place} of ${who(caller)} (other: ${who(other)}), ${queue} queue`
  return `${marker}, ${kind} ${op} ${policy} ${destination}, ${where}`
}

/** While the platform's services fail, a call may fail for that, too; then nothing of it arrives. */
function alternatives({ request, call, outage }: MarkedCall): Expected[] {
  const usual = expected(request, call)
  if (!outage) return [usual]
  // nobody tries again what was in memory
  if (request.place === 'queued') return [{ ...usual, executed: [0, usual.executed[1]] }]
  const unavailable = { outcome: 'ERR_DESTINATION_UNAVAILABLE', executed: [0, 0] as const }
  return [usual, { ...unavailable, who: usual.who }]
}

/** How many calls went well, and how many were refused, by code: the application must have told of each of them. */
export function tally(outcomes: Evidence['outcomes'], entries: readonly Entry[]) {
  const arrived = new Set(entries.filter(({ executed }) => executed).map(({ header }) => header))
  const counts: Record<string, number> = {}
  for (const [{ marker, request, call }, { code } = { code: 'none' }] of outcomes) {
    const { who, later } = expected(request, call)
    const done = code === 'queued' ? arrived.has(marker) && 'ok' : code === 'ok' && code
    const refused = code === 'queued' ? later : !who && code
    const told = done || refused
    if (told && told !== 'ERR_DESTINATION_UNAVAILABLE') counts[told] = (counts[told] ?? 0) + 1
  }
  return counts
}

function difference(
  { outcome, who, executed: [least, most] }: Expected,
  actual: Outcome | undefined,
  own: readonly Entry[],
  proxied: boolean
): string | undefined {
  if (actual?.code !== outcome) return `the outcome is no ${outcome}`
  if (who === undefined && (own.length || proxied)) return 'something was sent'
  const other = own.find((entry) => entry.who !== who)
  if (other) return `${other.who} in place of ${String(who)}`
  const executed = own.filter((entry) => entry.executed).length
  if (executed < least || executed > most) {
    return `carried out ${String(executed)} times, not ${String(least)} to ${String(most)}`
  }
  if (outcome !== 'ok') return undefined
  const [marker = ''] = own.map((entry) => entry.header)
  const { answer = '' } = actual
  return answer.includes(`"${marker}"`) && answer.includes(`"${String(who)}"`)
    ? undefined
    : 'the answer is that to another call'
}

/** A connection to the proxy is for one principal, for as long as it lives. */
export function sharedConnections(proxied: readonly Proxied[]): string[] {
  const shared: string[] = []
  for (const [connection, requests] of Map.groupBy(proxied, (each) => each.connection)) {
    const principals = new Set(requests.map(({ principal }) => principal))
    if (principals.size > 1) {
      shared.push(`connection ${String(connection)} is shared: ${[...principals].join(' and ')}`)
    }
  }
  return shared
}
