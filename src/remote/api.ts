import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type {
  HttpRequestConfig,
  HttpRequestOptions,
  HttpResponse
} from '@sap-cloud-sdk/http-client'
import cds from '@sap/cds'

import { cap } from '../cap.js'
import { checkDestinationOptions } from '../destination/look-up/options.js'
import type { DestinationOptions } from '../destination/resolve/resolve.js'
import { ConfigurationError, RemoteError } from '../errors.js'
import { principalOf } from '../user/principal-of.js'
import { CallEvidence } from './evidence/call.js'
import { guardedDestination } from './guarded-destination.js'
import { type Outbound, send, withRemoteError } from './http/send.js'
import {
  correlationHeaders,
  type Headers,
  withoutInboundCredentials
} from '../lib/inbound-credential.js'
import { type ReadyDestination, outboundDestination } from './outbound.js'
import { type OnBehalfOf, policyOf } from './policy/options.js'

/** Principal of a call, and the look-up of its destination. */
export interface CallOptions extends Pick<
  DestinationOptions,
  | 'selectionStrategy'
  | 'iasToXsuaaTokenExchange'
  | 'refreshToken'
  | 'useCache'
  | 'fragmentName'
  | 'fragmentOptional'
  | 'level'
  | 'chain'
  | 'actorToken'
> {
  /**
   * Principal of the call. Default: the destination decides; one that propagates users needs a
   * named user.
   */
  onBehalfOf?: OnBehalfOf
  /** Seconds that a user's token has to last when it is sent. Default: 5. */
  minTokenLifetime?: number
}

/**
 * Returns the destination of that name, ready for the current principal of `cds.context`: for
 * generated clients and all other code that takes a destination of the SAP Cloud SDK. It follows
 * the same rules as CAP's remote services do.
 *
 * The destination is for exactly this principal. Using it later, as another user, in another tenant
 * or when the token has expired, is an error. Ask for a new one for each call: tokens are cached,
 * so that costs nothing.
 *
 * @example
 * ```ts
 * const equipment = await equipmentApi
 *   .requestBuilder()
 *   .getByKey('10000000')
 *   .execute(await destinationFor('S4', { onBehalfOf: 'namedUser' }))
 * ```
 * @param destinationName - in the Destination service, as in `cds.requires.<service>.credentials.destination`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`, `ERR_TENANT_MISMATCH`
 * @throws {@link DestinationError} `ERR_DESTINATION_TECHNICAL`, `ERR_DESTINATION_USER_BOUND`,
 *   `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
 * @throws {@link ConfigurationError} for options that are unknown
 */
export async function destinationFor(
  destinationName: string,
  options: CallOptions = {}
): Promise<HttpDestination> {
  const evidence = new CallEvidence(subjectOf(destinationName, options))
  const outbound = await resolveAs(destinationName, options, evidence)
  evidence.resolved()
  return guardedDestination(outbound, destinationName)
}

/** Returns the service and destination of a call, for events and logs. @internal */
export function subjectOf(destinationName: string, { onBehalfOf }: CallOptions) {
  return { service: undefined, destination: destinationName, onBehalfOf }
}

/**
 * Resolves a destination without the guard of {@link destinationFor}, for a call that is sent at
 * once.
 *
 * @internal
 */
export async function resolveAs(
  destinationName: string,
  options: CallOptions,
  evidence: CallEvidence
): Promise<ReadyDestination> {
  const { onBehalfOf: _, minTokenLifetime: __, ...destinationOptions } = options
  const { user, tenant } = cds.context ?? {}
  try {
    checkDestinationOptions('options', destinationOptions)
    const service = {
      ...policyOf('options', options),
      name: destinationName,
      destination: destinationName,
      destinationOptions
    }
    return await outboundDestination(service, principalOf(user), tenant, (found) => {
      evidence.found(found)
    })
  } catch (error) {
    evidence.refused(error)
    throw error
  }
}

/**
 * Name of a destination, as the SAP Cloud SDK takes it, with {@link CallOptions} in place of a
 * `jwt`.
 */
export interface DestinationRequest extends CallOptions {
  destinationName: string
  /** Not allowed: `cds.context` says who calls. */
  jwt?: never
}

/**
 * Milliseconds for a call if `requestConfig.timeout` is not set (0: no limit); the same as for
 * CAP's remote services.
 */
const TIMEOUT = 60_000

/** Options of axios that would change the target or the principal of a request. */
const FOREIGN = [
  'adapter',
  'auth',
  'baseURL',
  'beforeRedirect',
  'httpAgent',
  'httpsAgent',
  'lookup',
  'maxRedirects',
  'proxy',
  'socketPath',
  'transport'
]

/**
 * Sends a request to a destination as the current principal of `cds.context`. It replaces the
 * function of the same name of the SAP Cloud SDK, for which any token passes as a user's, and
 * follows the same rules as CAP's remote services do.
 *
 * No redirect is followed. Credentials of the request that is being answered are not sent, and
 * neither are headers with credentials if the call goes out as the user.
 *
 * @example
 * ```ts
 * import { executeHttpRequest } from 'cds-principal'
 *
 * const { data } = await executeHttpRequest(
 *   { destinationName: 'S4', onBehalfOf: 'namedUser' },
 *   { method: 'GET', url: '/sap/opu/odata/sap/API_EQUIPMENT/Equipment?$top=1' }
 * )
 * ```
 * @param destination - its name, or an object with `destinationName` and {@link CallOptions}
 * @param requestConfig - `url` is relative to the destination's
 * @param options - `fetchCsrfToken`: a CSRF token is fetched for writes, default `true`
 * @throws {@link PropagationError} and {@link DestinationError} before anything is sent, as {@link destinationFor}
 * @throws {@link ConfigurationError} for a `requestConfig` that leads elsewhere
 * @throws {@link HttpFailure} when the call fails, in the shape of the SAP Cloud SDK's error: with `response`, `status`, `code` and
 *   `cause`, and as `remoteError` what names the hop, the cause and the fix
 * @throws {@link RemoteError} `ERR_REMOTE_HOST`, `ERR_REMOTE_PATH` for a URL that leaves the destination
 */
export async function executeHttpRequest(
  destination: string | DestinationRequest,
  requestConfig: HttpRequestConfig,
  options?: HttpRequestOptions
): Promise<HttpResponse> {
  checkTarget(requestConfig)
  const { destinationName, ...callOptions } = requested(destination)
  const evidence = new CallEvidence(subjectOf(destinationName, callOptions))
  const outbound = await resolveAs(destinationName, callOptions, evidence)
  const { middleware, headers, timeout = TIMEOUT, ...rest } = requestConfig
  const request = {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !FOREIGN.includes(name))),
    method: rest.method,
    headers: correlated(cleaned(headers ?? {}, outbound.userBound)),
    ...(middleware?.length && { middleware })
  }
  const csrf = options?.fetchCsrfToken ?? true
  evidence.sent()
  try {
    const response = await send(outbound as Outbound, request, { timeout: timeout as number, csrf })
    evidence.done()
    return response
  } catch (error) {
    evidence.failed(error)
    throw error instanceof RemoteError ? withRemoteError(error) : error
  }
}

function requested(destination: string | DestinationRequest): DestinationRequest {
  if (typeof destination === 'string') return { destinationName: destination }
  if (typeof destination.destinationName === 'string') return destination
  throw new ConfigurationError(
    'executeHttpRequest takes the name of a destination, or an object with "destinationName"; one that was resolved ' +
      'before is for executeHttpRequest of @sap-cloud-sdk/http-client'
  )
}

/** Refuses a request that would send credentials to another target than the destination. */
function checkTarget(config: HttpRequestConfig): void {
  const foreign = FOREIGN.find((name) => config[name])
  if (foreign) {
    const text = `requestConfig.${foreign} can't be set: the destination says where a request goes, and as whom`
    throw new ConfigurationError(text)
  }
  if (!/^\s*([a-z][\w+.-]*:|[\\/]{2})/i.test(config.url ?? '')) return
  throw new ConfigurationError('requestConfig.url must be a path, relative to the destination')
}

/**
 * Returns the headers without inbound credentials, also if they are grouped by origin, as the SAP
 * Cloud SDK calls it.
 */
function cleaned(headers: Headers, userBound: boolean): Headers {
  const inbound: Headers = cap.context?.http?.req.headers ?? {}
  const { custom, requestConfig } = headers as Record<string, Headers | undefined>
  if (!isObject(custom) && !isObject(requestConfig)) {
    return withoutInboundCredentials(headers, inbound, userBound)
  }
  const entries = Object.entries({ custom, requestConfig }).filter(([, each]) => isObject(each))
  return Object.fromEntries(
    entries.map(([origin, each]) => [
      origin,
      withoutInboundCredentials(each as Headers, inbound, userBound)
    ])
  )
}

/** Adds the correlation id of the current request, as CAP's remote services do, unless the caller has set one. */
function correlated(headers: Headers): Headers {
  const { 'x-correlationid': id } = correlationHeaders()
  const isGrouped = Object.values(headers).some(isObject)
  const hasOwn = Object.keys(headers).some((name) => /^x-correlation-?id$/i.test(name))
  if (id === undefined || isGrouped || hasOwn) return headers
  return { ...headers, 'x-correlation-id': id, 'x-correlationid': id }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
