import type { ServedOverHttp } from '../restrictions-http/served-over-http.js'
import {
  expectAlive,
  expectAnswered,
  http,
  JSON_TYPE,
  lines,
  MULTIPART,
  servePublic,
  TARGETS
} from './public-service.js'

let app: ServedOverHttp
beforeAll(async () => {
  app = await servePublic()
})
afterAll(() => app.stop())
afterEach(() => expectAlive(app))

/** A generator of numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const ODD = [
  null,
  true,
  5,
  '',
  'x',
  '1',
  '$1',
  '__proto__',
  'constructor',
  [],
  [null],
  ['1'],
  ['2'],
  {}
]

describe('generated requests are answered', () => {
  test('batches in JSON', async () => {
    const next = numbers(1)
    const pick = <T>(values: readonly T[]): T => values[next(values.length)]!
    const value = (usual: unknown) => (next(3) ? usual : pick(ODD))
    const request = (index: number) => {
      const all: Record<string, unknown> = {
        id: value(String(index)),
        method: value(pick(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])),
        url: value(
          pick(['/Sites', '/Sites(1)', '/Orders(1)/lines', '/start', '$1', '$2/name', '$batch'])
        ),
        body: value(
          pick([{ ID: next(1000) + 100 }, { name: null }, { lines: [null] }, { site: null }])
        ),
        headers: value({ 'content-type': 'application/json' }),
        dependsOn: value([String(next(3))]),
        atomicityGroup: value(pick(['g', 'h']))
      }
      const kept = Object.entries(all).filter(([name]) => name === 'id' || next(3))
      return next(20) ? Object.fromEntries(kept) : pick(ODD)
    }
    for (let i = 0; i < 400; i++) {
      const requests = Array.from({ length: 1 + next(3) }, (_, index) => request(index))
      await expectAnswered(app, '$batch', JSON.stringify(next(20) ? { requests } : pick(ODD)))
    }
  })

  test('batches in MIME parts', async () => {
    const next = numbers(2)
    const pick = <T>(values: readonly T[]): T => values[next(values.length)]!
    const bodies = [
      '',
      '{}',
      '{"ID":5}',
      '{"name":null}',
      'null',
      ' null',
      '5',
      '[]',
      '{',
      '--',
      'HEAD /x',
      'x: y'
    ]
    const urls = [
      '/Sites',
      'Sites',
      '/Sites(1)',
      '$r1',
      '/$r2/name',
      '$1',
      '/$x',
      '/$batch',
      '//',
      '/?'
    ]
    const one = () => {
      const method = pick(['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD'])
      const id = next(2) ? [`content-id: ${pick(['1', 'r1', 'r2', 'x'])}`] : []
      const all = [...id, ...http(method, pick(urls), pick(bodies))]
      return next(4) ? all : all.filter(() => next(6))
    }
    for (let i = 0; i < 400; i++) {
      const end = pick(['\r\n', '\r\n', '\r\n', '\n'])
      const body = lines(...Array.from({ length: 1 + next(3) }, one)).replaceAll('\r\n', end)
      await expectAnswered(app, '$batch', body, MULTIPART)
    }
  })

  test('data of records', async () => {
    const next = numbers(3)
    const pick = <T>(values: readonly T[]): T => values[next(values.length)]!
    const names = [
      'ID',
      'title',
      'amount',
      'at',
      'site',
      'site_ID',
      'lines',
      'other',
      'site@odata.bind',
      '__proto__',
      'constructor'
    ]
    for (let i = 0; i < 300; i++) {
      const data = Object.fromEntries(names.filter(() => next(2)).map((name) => [name, pick(ODD)]))
      const [method, path] = pick(TARGETS.slice(0, -1))
      await expectAnswered(app, path, JSON.stringify(data), JSON_TYPE, method)
    }
  })
})
