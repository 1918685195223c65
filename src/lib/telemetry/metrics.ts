import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api'

import { type LimitName, limitsInUse } from './limits.js'
import { openTelemetry } from './opentelemetry.js'

/**
 * Metrics, by name: kind, unit, and the attributes with their few known values.
 *
 * @internal
 */
export const METRICS = {
  /** Outbound calls by service, outcome and kind of principal. */
  'principal.calls': { kind: 'counter', unit: '{call}' },
  /** Failures that the log explains, by code. */
  'principal.refusals': { kind: 'counter', unit: '{refusal}' },
  /** Look-ups in caches, by cache and result (`hit`, `miss`). */
  'principal.cache.lookups': { kind: 'counter', unit: '{lookup}' },
  /** Look-ups in the cache that instances share, by kind and result (`hit`, `miss`, `invalid`, `failed`). */
  'principal.shared_cache.lookups': { kind: 'counter', unit: '{lookup}' },
  /** Hours in which the certificate of a binding is near its end, by the entry in `cds.requires`. */
  'principal.certificates.ending': { kind: 'counter', unit: '{hour}' },
  /** Durations of exchanges of users' tokens, by who exchanges and outcome. */
  'principal.exchange.duration': { kind: 'histogram', unit: 'ms' },
  /** Use of the limits over all users and tenants, by limit. */
  'principal.limit.used': { kind: 'gauge', unit: '{item}' },
  /** The limits themselves, by limit. */
  'principal.limit.max': { kind: 'gauge', unit: '{item}' },
  /** Times that a limit made an entry go, a call wait, or a call fail, by limit. */
  'principal.limit.reached': { kind: 'counter', unit: '{event}' }
} as const satisfies Record<string, { kind: 'counter' | 'histogram' | 'gauge'; unit: string }>

/** Caches whose hits are counted. */
export type CountedCache = 'verified-tokens' | 'destinations' | 'user-tokens'

/** True for a cache whose hits are counted. @internal */
export function isCounted(name: LimitName): name is CountedCache {
  return name === 'verified-tokens' || name === 'destinations' || name === 'user-tokens'
}

type Instruments = Readonly<Partial<Record<keyof typeof METRICS, Counter | Histogram>>>

/** Instruments of the application's OpenTelemetry; `null` without one. */
let instruments: Instruments | null | undefined

/** Returns `undefined` as long as the application has set up no meter: OpenTelemetry has none that waits for it. */
function create(): Instruments | null | undefined {
  const api = openTelemetry()
  if (!api?.metrics) return null
  const meter = api.metrics.getMeter('cds-principal')
  if (meter === api.createNoopMeter?.()) return undefined
  showLimits(meter)
  const entries = Object.entries(METRICS).flatMap(([name, { kind, unit }]) => {
    if (kind === 'gauge') return []
    const isCounter = kind === 'counter'
    return [
      [
        name,
        isCounter ? meter.createCounter(name, { unit }) : meter.createHistogram(name, { unit })
      ]
    ]
  })
  return Object.fromEntries(entries) as Instruments
}

/** Lets OpenTelemetry read the limits when it collects metrics. */
function showLimits(meter: Meter): void {
  for (const which of ['used', 'max'] as const) {
    const name = `principal.limit.${which}` as const
    meter.createObservableGauge(name, { unit: METRICS[name].unit }).addCallback((result) => {
      for (const each of limitsInUse()) result.observe(each[which], { limit: each.name })
    })
  }
}

function write(name: keyof typeof METRICS, value: number, attributes: Attributes): void {
  try {
    if (instruments === undefined) instruments = create()
    const instrument = instruments?.[name]
    if (!instrument) return
    if ('add' in instrument) instrument.add(value, attributes)
    else instrument.record(value, attributes)
  } catch {
    // a failure of telemetry is no failure of the request
  }
}

/** Counts an outbound call. @internal */
export function countCall(call: {
  readonly service: string | undefined
  readonly outcome: string
  readonly principal: string
}): void {
  const { service = 'none', outcome, principal } = call
  write('principal.calls', 1, { service, outcome, principal })
}

/** Counts a failure that the log explains. @internal */
export function countRefusal(code: string): void {
  write('principal.refusals', 1, { code })
}

/** Counts an hour in which a certificate is near its end. @internal */
export function countEnding(service: string): void {
  write('principal.certificates.ending', 1, { service })
}

/** Counts that a limit made an entry go, a call wait, or a call fail. @internal */
export function countReached(limit: LimitName): void {
  write('principal.limit.reached', 1, { limit })
}

/** Counts a look-up in a cache. @internal */
export function countLookup(cache: CountedCache, isHit: boolean): void {
  if (instruments === null) return // the most frequent one, and most applications have no telemetry
  write('principal.cache.lookups', 1, { cache, result: isHit ? 'hit' : 'miss' })
}

/** Results of look-ups in the shared cache. `invalid`: this application did not write the entry for this purpose. */
export type SharedOutcome = 'hit' | 'miss' | 'invalid' | 'failed'

/** Counts a look-up in the cache that instances share. @internal */
export function countShared(kind: string, result: SharedOutcome): void {
  write('principal.shared_cache.lookups', 1, { kind, result })
}

/**
 * Measures an exchange of a user's token.
 *
 * @param by - who exchanges it
 * @internal
 */
export async function timeExchange<T>(
  by: 'destination-service' | 'xsuaa',
  exchange: () => Promise<T>
): Promise<T> {
  const start = performance.now()
  const record = (outcome: 'ok' | 'failed') => {
    write('principal.exchange.duration', performance.now() - start, { by, outcome })
  }
  try {
    const result = await exchange()
    record('ok')
    return result
  } catch (error) {
    record('failed')
    throw error
  }
}
