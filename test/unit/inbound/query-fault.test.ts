import cds from '@sap/cds'

import { answerFaultyQueries } from '../../../src/inbound/query-fault.js'

type Middleware = (this: object | undefined, ...args: unknown[]) => void

const holder = cds as unknown as { middlewares: { after: Middleware[] } }
const after: Middleware[] = []
const SERVED = [
  { name: 'Unserved' },
  {
    name: 'Served',
    endpoints: ['odata', 'hcql'].map((kind) => ({ kind, path: `/${kind}/Served` }))
  }
]
beforeAll(() => {
  Object.defineProperty(holder, 'middlewares', { value: { after } })
  Object.defineProperty(cds.service, 'providers', { value: SERVED })
  const last: Middleware = () => undefined
  after.push(last)
  answerFaultyQueries()
  answerFaultyQueries()
})

/** What goes on from an error that an adapter of the protocol has passed on. */
function passedOn(error: unknown, adapter?: object, req: object = {}): unknown {
  let passed: unknown
  after[0]?.call(adapter, error, req, {}, (each: unknown) => (passed = each))
  return passed
}

const CAP = '/app/node_modules/@sap/cds/lib/ql/cds-ql.js:23:9'
const OWN = `${__dirname.replace(/test.unit.inbound$/, 'src')}/restrictions/read/paths.ts:96:29`
const APPLICATION = '/app/srv/service.js:5:7'
const thrown = (name: string, members: object, ...frames: string[]): Error =>
  Object.assign(new Error('Cannot read properties of undefined'), {
    name,
    stack: [`${name}: text`, ...frames.map((frame) => `    at ${frame}`)].join('\n'),
    ...members
  })

const hcql = { kind: 'hcql' }
const rest = { kind: 'rest' }

test('it is registered once, before all others', () => {
  expect(after).toHaveLength(2)
  expect(after[0]).toHaveLength(4)
})

test.each<[string, Error, object]>([
  ['of HCQL, in CAP', thrown('TypeError', {}, `cds (${CAP})`), hcql],
  [
    'of HCQL, with the status that CAP has given it',
    thrown('TypeError', { status: 500 }, `cds (${CAP})`),
    hcql
  ],
  [
    'of HCQL, in the compiler',
    thrown('CompilationError', {}, 'x (/app/node_modules/@sap/cds-compiler/lib/a.js:1:1)'),
    hcql
  ],
  [
    'of HCQL, in a database service',
    thrown('Error', {}, 'at /app/node_modules/@cap-js/db-service/lib/a.js:1:1'),
    hcql
  ],
  [
    'of HCQL, on Windows',
    thrown('TypeError', {}, 'x (C:\\app\\node_modules\\@sap\\cds\\lib\\a.js:1:1)'),
    hcql
  ],
  ['of HCQL, in this package', thrown('TypeError', {}, `x (${OWN})`), hcql],
  [
    'below functions without a place',
    thrown(
      'SyntaxError',
      {},
      'new Function (<anonymous>)',
      'Array.map (<anonymous>)',
      `x (${CAP})`
    ),
    hcql
  ],
  [
    'below functions of Node',
    thrown('TypeError', {}, 'new URL (node:internal/url:816:29)', `x (${CAP})`),
    hcql
  ],
  ...['TypeError', 'ReferenceError', 'SyntaxError', 'RangeError', 'URIError'].map(
    (name): [string, Error, object] => [`of REST, a ${name}`, thrown(name, {}, `x (${CAP})`), rest]
  )
])('a fault %s is a bad request', (_, error, adapter) => {
  expect(passedOn(error, adapter)).toMatchObject({
    status: 400,
    code: '400',
    message: 'Bad Request',
    cause: error
  })
})

test.each([{ code: 403 }, { statusCode: 403 }, { code: '403' }])(
  'a refusal stays what it is, as CAP 9 has it: %j',
  (properties) => {
    const error = thrown('Error', properties, `x (${CAP})`)
    expect(passedOn(error, hcql)).toBe(error)
  }
)

describe('with CAP 9, whose routers do not know their protocol', () => {
  const fault = thrown('TypeError', {}, `x (${CAP})`)
  const router = () => undefined

  test.each(['/hcql/Served', '/HCQL/served'])('a fault at %s is a bad request', (baseUrl) => {
    expect(passedOn(fault, router, { baseUrl })).toMatchObject({ status: 400, cause: fault })
  })

  test.each(['/odata/Served', '/hcql', '/hcql/Served/x', ''])(
    'an error at "%s" goes on as it is',
    (baseUrl) => {
      expect(passedOn(fault, router, { baseUrl })).toBe(fault)
    }
  )
})

test.each<[string, unknown, object | undefined]>([
  ['of OData', thrown('TypeError', {}, `x (${CAP})`), { kind: 'odata' }],
  ['of no adapter', thrown('TypeError', {}, `x (${CAP})`), undefined],
  ['of the application', thrown('TypeError', {}, `x (${APPLICATION})`, `y (${CAP})`), hcql],
  [
    'of the application, in REST',
    thrown('TypeError', {}, `x (${APPLICATION})`, `y (${CAP})`),
    rest
  ],
  [
    'of another library',
    thrown('TypeError', {}, 'x (/app/node_modules/pg/lib/client.js:1:1)', `y (${CAP})`),
    hcql
  ],
  [
    'of a package that is called like CAP',
    thrown('TypeError', {}, 'x (/app/node_modules/@sapx/cds/a.js:1:1)'),
    hcql
  ],
  ['with a status of its own', thrown('Error', { status: 403 }, `x (${CAP})`), hcql],
  ['of REST that is no bug', thrown('Error', {}, `x (${CAP})`), rest],
  ['without a stack', thrown('TypeError', { stack: undefined }), hcql],
  ['that is a number', 401, hcql],
  ['that is none', undefined, hcql]
])('an error %s goes on as it is', (_, error, adapter) => {
  expect(passedOn(error, adapter)).toBe(error)
})
