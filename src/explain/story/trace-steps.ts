import { failure, safe, type Step } from './log-line.js'

/** Way of one request, as the landscape has recorded it; without what is not read here. */
export interface Trace {
  readonly correlationId: string
  /** Correlation id of the request that has begun this work in the background. */
  readonly origin?: string
  readonly request?: TracedRequest
  readonly calls: readonly TracedCall[]
  readonly hops: readonly TracedHop[]
}

interface TracedRequest {
  readonly method: string
  readonly path: string
  readonly principal: string
  readonly issuer?: string
  readonly status?: number
  readonly code?: string
  readonly hop?: string
  readonly cause?: string
  readonly fix?: string
  readonly duration: number
  readonly at: number
}

interface TracedCall {
  readonly service?: string
  readonly destination?: string
  readonly authentication?: string
  readonly principal: string
  readonly outcome: string
  readonly code?: string
  readonly context?: string
  readonly duration: number
  readonly at: number
}

interface TracedHop {
  readonly station: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly at: number
  /** Subject of the certificate of the user. */
  readonly subject?: string | null
  readonly remoteUser?: string | null
}

/** Returns the steps of a trace, without names of persons. @internal */
export function stepsOf({ request, calls, hops }: Trace): Step[] {
  return [...(request ? requestSteps(request) : []), ...calls.map(callStep), ...hops.map(hopStep)]
}

function requestSteps(request: TracedRequest): Step[] {
  const { method, path, principal, issuer, status, at, duration } = request
  const { code, hop, cause, fix } = request
  const who = `${principal === 'anonymous' ? '' : 'as a '}${WHO[principal] ?? principal}`
  const by = issuer ? ` of issuer ${issuer}` : ''
  const answer = status === undefined ? 'no answer' : String(status)
  const end = at + duration
  return [
    { time: at, place: 'in', text: safe(`${method} ${path}, ${who}${by}`) },
    ...(code && hop ? [{ time: end, ...failure(code, hop, cause ?? '', fix) }] : []),
    { time: end, place: 'in', text: `answered: ${answer}, ${String(Math.round(duration))} ms` }
  ]
}

const WHO: Readonly<Record<string, string>> = { named: 'named user', technical: 'technical user' }

function callStep(call: TracedCall): Step {
  const { service, destination, authentication, principal, outcome, code, context, at } = call
  const target = [service, destination && `destination ${destination}`].filter(Boolean).join(', ')
  const as = `as ${WHO[principal] ?? principal}${authentication ? ` by ${authentication}` : ''}`
  const text = safe(`call to ${target} ${as}: ${outcome}`)
  return { time: at, place: context === 'queue' ? 'queue' : 'out', text, code }
}

function hopStep({ station, method, path, status, at, subject, remoteUser }: TracedHop): Step {
  const asUser = subject || remoteUser ? ', as the user' : ''
  const answer = status ? String(status) : 'no answer'
  return {
    time: at,
    place: 'out',
    text: safe(`${station}: ${method} ${path}`) + `, ${answer}${asUser}`
  }
}
