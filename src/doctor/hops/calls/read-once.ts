import type { HttpResponse } from '@sap-cloud-sdk/http-client'

import { type Outbound, send } from '../../../remote/http/send.js'
import { outboundDestination } from '../../../remote/outbound.js'
import { callPolicy } from '../../../remote/policy/options.js'
import { outboundService } from '../../../remote/policy/service-target.js'
import type { Principal } from '../../../user/principal.js'
import { asJson } from '../../exports.js'
import type { UsedService } from '../../look-ups.js'

/** Milliseconds for a call of the examination. */
const TIMEOUT = 20_000

/** Returns the path of the metadata; of a service without one its root. */
export function pathOf({ options }: UsedService): string {
  const path = asJson(options.credentials)['path']
  const root = typeof path === 'string' ? path.replace(/\/+$/, '') : ''
  return isOData(options) ? `${root}/$metadata` : `${root}/`
}

/** True if the service has metadata to read. */
export function isOData(options: UsedService['options']): boolean {
  return String(options['kind']).startsWith('odata')
}

/**
 * Reads from a service once, as the principal.
 *
 * @throws {@link PrincipalError} the refusal or failure of the call
 * @throws {@link HttpFailure} for what the system itself answers
 */
export async function readOnce(
  { name, options, destination }: UsedService,
  principal: Principal,
  tenant: string | undefined,
  { url, id }: { readonly url: string; readonly id: string }
): Promise<HttpResponse> {
  const { credentials = {}, destinationOptions } = options
  const target = outboundService({
    ...callPolicy(name, options),
    name,
    destination: destination ?? ({ ...credentials, name } as object),
    ...(destinationOptions && { destinationOptions: destinationOptions as never })
  })
  const outbound = await outboundDestination(target, principal, tenant)
  // a page to log on is no success where it was not asked for
  const headers = { accept: isOData(options) ? 'application/xml' : '*/*', 'x-correlation-id': id }
  return send(outbound as Outbound, { method: 'GET', url, headers }, { timeout: TIMEOUT })
}
