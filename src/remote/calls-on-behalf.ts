import cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { optionsOf } from '../cap.js'
import { principalOf } from '../user/principal-of.js'
import { CallEvidence } from './evidence/call.js'
import { guardedDestination } from './guarded-destination.js'
import { identityHeaders } from './http/send.js'
import { outboundDestination } from './outbound.js'
import { callPolicy } from './policy/options.js'
import { outboundService, subjectOf, type TargetedService } from './policy/service-target.js'

/** Target and credentials of a call of a service of another kind. */
export interface CurrentCall {
  /** URL of the destination. */
  readonly url: string
  /**
   * Headers by name in lower case: credentials of the current principal, and headers of the
   * destination. For this one call only.
   */
  readonly headers: Readonly<Record<string, string>>
  /** Destination for clients of the SAP Cloud SDK, as {@link destinationFor} returns it. */
  readonly destination: HttpDestination
}

/** Services whose implementation has declared that it handles `onBehalfOf`. */
const declared = new WeakSet()

/** True if the implementation of a service handles `onBehalfOf` itself. @internal */
export function handlesPrincipal(service: cds.Service): boolean {
  return declared.has(cds.unqueued(service))
}

/**
 * Lets a service of another kind (`rfc`, `mcp`, `a2a`, an implementation of the application) call
 * by its `onBehalfOf`. The implementation calls this function in `init`, and the returned function
 * for each call. Without it, `onBehalfOf` stops the start.
 *
 * @example
 * ```ts
 * class Agent extends cds.Service {
 *   async init() {
 *     const currentCall = callsOnBehalf(this)
 *     this.on('ask', async (req) => {
 *       const { url, headers } = await currentCall()
 *       return (await fetch(url, { method: 'POST', headers, body: req.data.text, redirect: 'error' })).text()
 *     })
 *     return super.init()
 *   }
 * }
 * ```
 * @param service - with `onBehalfOf`, `minTokenLifetime` and `credentials` as in `cds.requires.<service>`
 * @returns a function that decides for the current principal of `cds.context`, and throws as {@link destinationFor} does
 * @throws {@link ConfigurationError} when `onBehalfOf` is unknown or can't work with the credentials
 */
export function callsOnBehalf(service: cds.Service): () => Promise<CurrentCall> {
  const { name } = service
  const options = optionsOf(service) ?? {}
  const { credentials = {}, destinationOptions } = options
  const target = {
    name,
    ...callPolicy(name, options),
    destination: credentials.destination ?? { name, ...credentials },
    ...(destinationOptions && { destinationOptions })
  } as TargetedService
  declared.add(cds.unqueued(service))
  return () => currentCall(target)
}

async function currentCall(target: TargetedService): Promise<CurrentCall> {
  const evidence = new CallEvidence(subjectOf(target))
  const { user, tenant } = cds.context ?? {}
  try {
    const service = outboundService(target)
    const ready = await outboundDestination(service, principalOf(user), tenant, (found) => {
      evidence.found(found)
    })
    const destination = ready.destination as HttpDestination
    const headers = { ...(await identityHeaders(destination)) }
    evidence.resolved()
    return { url: destination.url, headers, destination: guardedDestination(ready, service.name) }
  } catch (error) {
    evidence.refused(error)
    throw error
  }
}
