import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'
import type { Attributes, trace } from '@opentelemetry/api'

import type { PrincipalCall } from './call.js'

/** Prefix of the attributes, and name of the event. */
const PREFIX = 'principal.call'

/** Part of `@opentelemetry/api` that is used here. */
interface Telemetry {
  readonly trace: Pick<typeof trace, 'getActiveSpan'>
}

/** Telemetry of the application; `null` if it has none. */
let telemetry: Telemetry | null | undefined

/**
 * Writes a call to the active span, if the application has OpenTelemetry: as an event, as a span
 * can have several calls, and the last one as attributes.
 *
 * @internal
 */
export function markSpan(call: PrincipalCall): void {
  if (telemetry === undefined) telemetry = load()
  const span = telemetry?.trace.getActiveSpan()
  if (!span?.isRecording()) return
  const known = Object.entries(call).filter(([, value]) => value !== undefined)
  const attributes: Attributes = Object.fromEntries(
    known.map(([name, value]) => [`${PREFIX}.${name}`, value as string | number])
  )
  span.addEvent(PREFIX, attributes)
  span.setAttributes(attributes)
}

/** Loads the application's own copy of OpenTelemetry; `null` if there is none. */
function load(): Telemetry | null {
  try {
    return createRequire(join(cds.root, 'package.json'))('@opentelemetry/api') as Telemetry
  } catch {
    return null
  }
}
