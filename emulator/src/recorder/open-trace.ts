import type { Trace, TraceCall, TraceHop, TraceRequest } from './types.js'

/** A trace that can still grow. */
export interface OpenTrace {
  readonly id: number
  version: number
  /** Time of the first event, in milliseconds since the epoch. */
  readonly since: number
  readonly correlationId: string
  /** Correlation id of the request that has begun this work in the background. */
  origin: string | undefined
  request: TraceRequest | undefined
  readonly calls: TraceCall[]
  readonly hops: TraceHop[]
  /** True for requests to the landscape of an application that tells nothing about its own. */
  alone?: boolean
}

/** Milliseconds by which clocks of two records may differ. */
const TOLERANCE = 20

/** Begin and duration of something. */
type Span = Pick<TraceHop, 'at' | 'duration'>

/** Returns a copy of a trace as it is now. */
export function traceOf(trace: OpenTrace): Trace {
  const { id, version, correlationId, origin, request, calls, hops, alone } = trace
  const failed =
    request?.code !== undefined ||
    (request !== undefined && !((request.status ?? 0) < 400 && request.status)) ||
    calls.some(({ outcome }) => outcome === 'refused' || outcome === 'failed') ||
    (alone === true && hops.some(({ status }) => !status || status >= 400))
  const own = { ...(request && { request }), ...(origin !== undefined && { origin }) }
  return { id, version, correlationId, ...own, calls: [...calls], hops: [...hops], failed }
}

/** True if a call belongs to the request of a trace that has ended. */
export function isOf(call: TraceCall, { request }: OpenTrace): boolean {
  return request !== undefined && isWithin(call, request)
}

/**
 * True if a request to the landscape came while the request or a call of a trace was at work.
 *
 * @param isKnown - the correlation id says that they belong together, unless a client has used it twice
 */
export function covers({ request, calls }: OpenTrace, hop: Span, isKnown: boolean): boolean {
  if (isKnown && !request) return true
  const spans: Span[] = [...(request ? [request] : []), ...calls]
  return spans.some((span) => isWithin(hop, span))
}

function isWithin(inner: Span, outer: Span): boolean {
  const end = outer.at + outer.duration + TOLERANCE
  return inner.at >= outer.at - TOLERANCE && inner.at + inner.duration <= end
}

/**
 * True if a trace can be shown: calls of a request are shown together with the request.
 *
 * @param before - first event of those that are shown without it
 */
export function isVisible(trace: OpenTrace, before: number): boolean {
  const isWhole = trace.request !== undefined || isBackground(trace) || trace.alone === true
  return isWhole || trace.since < before
}

/** True for work in the background, which has no request of its own. */
export function isBackground({ request, calls }: OpenTrace): boolean {
  const isOfRequest = calls.every(({ context }) => context === 'request' || context === 'job')
  return request === undefined && !isOfRequest
}
