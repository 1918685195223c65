import type { EndpointName, RecordedRequest } from '../traffic/types.js'
import { factsOf } from './read-events.js'
import type { TraceHop } from './types.js'

/** A request to the landscape, before it is known what it belongs to. */
export interface PendingHop {
  readonly correlationId: string | undefined
  readonly hop: Omit<TraceHop, 'joined'>
}

/** Services by endpoint; requests to others are not part of a call. */
const STATIONS: Partial<Record<EndpointName, string>> = {
  'xsuaa/token': 'XSUAA',
  'ias/token': 'Identity Authentication',
  destination: 'Destination service',
  connectivity: 'Connectivity proxy',
  s4: 'S/4',
  jobscheduler: 'Job Scheduling service'
}

/** Headers and parameters with the token of the user, the first one that is there. */
const USER_TOKENS = [
  'sap-connectivity-authentication',
  'x-user-token',
  'x-subject-token',
  'assertion',
  'subject_token',
  'authorization'
]

/** Headers with the correlation id: of CAP, and of the libraries of SAP. */
const CORRELATION_IDS = ['x-correlation-id', 'x-correlationid', 'x-vcap-request-id']

/** Describes a request to the landscape; `undefined` for one that is not part of a call, such as a look-up of keys. */
export function pendingHop(request: RecordedRequest, now: number): PendingHop | undefined {
  const station = STATIONS[request.endpoint]
  if (!station) return undefined
  const { method, path, status, grant, client, retrieval, host, subject, headers, claims } = request
  const at = Date.parse(request.at)
  const source = USER_TOKENS.find((name) => claims[name])
  const token = source === undefined ? undefined : claims[source]
  const ofPlatform =
    claims['proxy-authorization'] ??
    (request.endpoint === 'destination' ? claims['authorization'] : undefined)
  const id = CORRELATION_IDS.map((name) => headers[name]).find(Boolean)
  return {
    correlationId: id,
    hop: {
      station,
      method,
      path,
      status,
      at,
      duration: Math.max(now - at, 0),
      ...(grant !== undefined && { grant }),
      ...(client !== undefined && { client }),
      ...(retrieval !== undefined && { retrieval }),
      ...(host !== undefined && { host }),
      ...(subject !== undefined && { subject }),
      ...(token && { token: factsOf(token) }),
      ...(ofPlatform && { platformToken: factsOf(ofPlatform) })
    }
  }
}
