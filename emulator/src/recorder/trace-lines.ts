import type { Trace, TraceCall, TraceHop, TraceRequest } from './types.js'

/** Describes a trace in lines for a terminal. */
export function traceLines({ request, calls, hops, correlationId, origin }: Trace): string[] {
  const at = request?.at ?? calls[0]?.at ?? hops[0]?.at ?? 0
  const time = new Date(at).toISOString().slice(11, 23)
  const title = request
    ? requestLine(request)
    : calls.length
      ? `in the background${origin === undefined ? '' : `, begun by ${origin}`}`
      : 'requests to the services'
  return [
    `${time}  ${title}  (${correlationId})`,
    ...(request ? whoLines(request) : []),
    ...(request?.code === undefined ? [] : failureLines(request)),
    ...calls.map((call) => callLine(call, request)),
    ...hops.map((hop) => hopLine(hop, at))
  ].map(printable)
}

function requestLine({ method, path, status, duration }: TraceRequest): string {
  return `${method} ${path} → ${status ?? 'no answer'}  ${duration} ms`
}

function whoLines({ user, principal, issuer, service, token, context }: TraceRequest): string[] {
  const who = user === undefined ? principal : `${user} (${principal}, ${issuer ?? ''})`
  const facts = [
    service,
    context === 'job' && 'job',
    token?.client && `client ${token.client}`,
    token?.actor && `actor ${token.actor}`,
    token?.tenant && `tenant ${token.tenant}`
  ].filter(Boolean)
  return [`  who    ${[who, ...facts].join(' · ')}`]
}

function failureLines({ code, hop, cause, fix }: TraceRequest): string[] {
  const parts = [code, hop, cause].filter(Boolean)
  return [
    `  failed ${parts.join(' · ')}`,
    ...(fix === undefined ? [] : [`  fix    ${fix}`]),
    `         → npx cds-principal explain ${code ?? ''}`
  ]
}

function callLine(call: TraceCall, request: TraceRequest | undefined): string {
  const { service, destination, authentication, onBehalfOf, principal, user, outcome } = call
  const target = [service, destination].filter(Boolean).join(' at ')
  const other = isOther(call, request) ? ', not as the user of the request' : ''
  const whom = `as ${principal}${user === undefined ? '' : ` (current user ${user})`}${other}`
  const why = [onBehalfOf && `onBehalfOf ${onBehalfOf}`, authentication, call.context]
  const isKnown = call.client === request?.token?.client
  if (call.client !== undefined && !isKnown) why.push(`client ${call.client}`)
  const result = [outcome, call.code].filter(Boolean).join(' ')
  return `  call   ${[target, whom, ...why, result, `${call.duration} ms`].filter(Boolean).join(' · ')}`
}

function isOther({ principal, user }: TraceCall, request: TraceRequest | undefined): boolean {
  if (!request) return false
  return principal !== request.principal || (principal === 'named' && user !== request.user)
}

function hopLine(hop: TraceHop, start: number): string {
  const { station, method, path, status, duration, at, joined, subject, remoteUser } = hop
  const offset = `+${Math.max(Math.round(at - start), 0)} ms`.padStart(9)
  const details = [
    hop.grant,
    hop.retrieval && `token: ${hop.retrieval}`,
    subject && `certificate ${subject}`,
    subject === null && 'no certificate of a user',
    remoteUser && `SAP user ${remoteUser}`,
    joined === 'time' && 'joined by time'
  ]
  const line = `${station}: ${method} ${path} → ${status || 'no answer'}`
  return `  ${offset}  ${[line, ...details, `${duration} ms`].filter(Boolean).join(' · ')}`
}

/** Terminals act on control characters, and a path is whatever a client has sent. */
// eslint-disable-next-line no-control-regex -- these are the characters in question
const printable = (line: string) => line.replace(/[\x00-\x1f\x7f-\x9f]/g, '?')
