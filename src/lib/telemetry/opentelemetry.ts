import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'
import type { createNoopMeter, metrics, trace } from '@opentelemetry/api'

/** Part of `@opentelemetry/api` that is used here. */
interface OpenTelemetry {
  readonly trace: Pick<typeof trace, 'getActiveSpan'>
  readonly createNoopMeter?: typeof createNoopMeter
  readonly metrics?: Pick<typeof metrics, 'getMeter'>
}

/** OpenTelemetry of the application; `null` if it has none. */
let loaded: OpenTelemetry | null | undefined

/** Returns the application's own copy of OpenTelemetry; `null` if there is none. @internal */
export function openTelemetry(): OpenTelemetry | null {
  return loaded === undefined ? (loaded = load()) : loaded
}

function load(): OpenTelemetry | null {
  try {
    return createRequire(join(cds.root, 'package.json'))('@opentelemetry/api') as OpenTelemetry
  } catch {
    return null
  }
}
