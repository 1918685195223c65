import { type Attributes, metrics } from '@opentelemetry/api'

import { read } from '../../project/repository.js'
import {
  countCall,
  countLookup,
  countRefusal,
  METRICS,
  timeExchange
} from '../../../../src/lib/telemetry/metrics.js'
import { boundedCache } from '../../../../src/lib/telemetry/bounded-cache.js'
import { SingleFlight } from '../../../../src/lib/single-flight.js'

type Written = [name: string, value: number, attributes: Attributes | undefined]
const written: Written[] = []
let isBroken = false

const write = (name: string) => (value: number, attributes?: Attributes) => {
  if (isBroken) throw new Error('telemetry is broken')
  written.push([name, value, attributes])
}
const meter = {
  createCounter: (name: string) => ({ add: write(name) }),
  createHistogram: (name: string) => ({ record: write(name) }),
  createObservableGauge: (name: string) => ({
    addCallback: (read: (result: object) => void) => {
      gauges.set(name, () => {
        read({ observe: write(name) })
      })
    }
  })
}
const gauges = new Map<string, () => void>()

beforeAll(() => {
  countRefusal('ERR_BEFORE_THE_SDK') // the application sets telemetry up after the first value
  metrics.setGlobalMeterProvider({ getMeter: () => meter } as never)
})
afterAll(() => metrics.disable())
beforeEach(() => {
  isBroken = false
  written.length = 0
})

test('calls, by service, outcome and principal; refusals by code', () => {
  countCall({ service: undefined, outcome: 'ok', principal: 'named' })
  countRefusal('ERR_TOKEN_EXPIRED')
  expect(written).toEqual([
    ['principal.calls', 1, { service: 'none', outcome: 'ok', principal: 'named' }],
    ['principal.refusals', 1, { code: 'ERR_TOKEN_EXPIRED' }]
  ])
})

test('hits and misses of a cache with a name', async () => {
  const flight = new SingleFlight<string>('destinations', 10)
  const fetch = () => Promise.resolve({ value: 'x', lifetime: 1000 })
  await flight.get(['a'], fetch)
  await flight.get(['a'], fetch)
  await flight.get(['a'], fetch, true)
  const results = written.map(([name, , attributes]) => [name, attributes])
  const lookup = (result: string) => ['principal.cache.lookups', { cache: 'destinations', result }]
  expect(results).toEqual([lookup('miss'), lookup('hit'), lookup('miss')])
})

test('limits, what is used of them, and what they have done', () => {
  const cache = boundedCache<string, string>('subdomains', { max: 2 })
  for (const key of ['a', 'b', 'c']) cache.set(key, key)
  for (const read of gauges.values()) read()
  const limit = { limit: 'subdomains' }
  expect(written).toEqual(
    expect.arrayContaining([
      ['principal.limit.reached', 1, limit],
      ['principal.limit.used', 2, limit],
      ['principal.limit.max', 2, limit]
    ])
  )
})

test('the duration of an exchange, also of one that fails', async () => {
  expect(await timeExchange('xsuaa', () => Promise.resolve(7))).toBe(7)
  const failed = timeExchange('destination-service', () => Promise.reject(new Error('no')))
  await expect(failed).rejects.toThrow('no')
  expect(written).toEqual([
    ['principal.exchange.duration', expect.any(Number), { by: 'xsuaa', outcome: 'ok' }],
    [
      'principal.exchange.duration',
      expect.any(Number),
      { by: 'destination-service', outcome: 'failed' }
    ]
  ])
})

test('a failure of telemetry is no failure of a request', async () => {
  isBroken = true
  countLookup('verified-tokens', true)
  expect(await timeExchange('xsuaa', () => Promise.resolve(7))).toBe(7)
})

describe('names', () => {
  /** Ends of the names that Prometheus gets: of the Collector and of OTLP, and of OpenTelemetry's own exporter, which adds no unit. */
  const ends = { counter: ['_total'], histogram: ['_milliseconds', ''], gauge: [''] }
  const exported = Object.entries(METRICS).map(([name, { kind }]) =>
    ends[kind].map((end) => `${name.replaceAll('.', '_')}${end}`)
  )
  const dashboard = read('docs/grafana/cds-principal.json')
  const namesIn = (text: string) =>
    (text.match(/\bprincipal_\w+/g) ?? []).map((name) => name.replace(/_(bucket|count|sum)$/, ''))

  test('the dashboard shows each metric, and no other', () => {
    expect([...new Set(namesIn(dashboard))].toSorted()).toEqual(exported.flat().toSorted())
  })

  test('each query has all names of its metrics', () => {
    const queries = (dashboard.match(/"(expr|query)": ".*"/g) ?? []).map(namesIn)
    expect(queries.flat().length).toBeGreaterThan(exported.length)
    for (const used of queries) {
      const all = exported.filter((names) => names.some((name) => used.includes(name))).flat()
      expect([...new Set(used)].toSorted()).toEqual(all.toSorted())
    }
  })

  test('docs/monitoring.md lists each metric, and no other', () => {
    const listed = [
      ...read('docs/monitoring.md').matchAll(
        /^\| `(principal\.[\w.]+)` +\|.*(counter|histogram|gauge)/gm
      )
    ]
    expect(listed.map(([, name]) => name).toSorted()).toEqual(Object.keys(METRICS).toSorted())
  })
})
