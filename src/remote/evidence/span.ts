import type { Attributes } from '@opentelemetry/api'

import { openTelemetry } from '../../lib/telemetry/opentelemetry.js'
import type { PrincipalCall } from './principal-call.js'

/** Prefix of the attributes, and name of the event. */
const PREFIX = 'principal.call'

/**
 * Writes a call to the active span, if the application has OpenTelemetry: as an event, as a span
 * can have several calls, and the last one as attributes.
 *
 * @internal
 */
export function markSpan(call: PrincipalCall): void {
  const span = openTelemetry()?.trace.getActiveSpan()
  if (!span?.isRecording()) return
  const { delegation = {}, ...facts } = call
  const ofDelegation = Object.entries(delegation).map(([name, value]) => [
    `delegation.${name}`,
    value as string | number
  ])
  const known = [...Object.entries(facts), ...ofDelegation].filter(
    ([, value]) => value !== undefined
  )
  const attributes: Attributes = Object.fromEntries(
    known.map(([name, value]) => [`${PREFIX}.${String(name)}`, value as string | number])
  )
  span.addEvent(PREFIX, attributes)
  span.setAttributes(attributes)
}
