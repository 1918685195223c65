import { isProduction, noteOnPlatform } from '../../../src/lib/profile.js'

const NAMES = [
  ...['NODE_ENV', 'CDS_ENV'],
  ...['VCAP_APPLICATION', 'CF_INSTANCE_GUID', 'KUBERNETES_SERVICE_HOST']
]
const before = NAMES.map((name) => [name, process.env[name]] as const)
beforeEach(() => {
  for (const name of NAMES) Reflect.deleteProperty(process.env, name)
})
afterAll(() => {
  for (const [name, value] of before) if (value !== undefined) process.env[name] = value
})

const MARKERS = NAMES.slice(2)

test.each([
  ['nothing', {}, false],
  ['NODE_ENV', { NODE_ENV: 'production' }, true],
  ['a profile', { CDS_ENV: 'x, production' }, true],
  ['another profile', { CDS_ENV: 'hybrid' }, false]
])('%s', (_, env, expected) => {
  Object.assign(process.env, env)
  expect(isProduction()).toBe(expected)
})

test.each(MARKERS)('a process that a platform runs is in production: %s', (name) => {
  process.env[name] = '10.0.0.1'
  expect(isProduction()).toBe(true)
  process.env['CDS_ENV'] = 'hybrid'
  expect(isProduction()).toBe(true)
  process.env['NODE_ENV'] = 'production'
  expect(isProduction()).toBe(true)
})

test.each(MARKERS)('unless it says that it is not: %s', (name) => {
  process.env[name] = '10.0.0.1'
  for (const mode of ['development', 'test']) {
    process.env['NODE_ENV'] = mode
    expect(isProduction()).toBe(false)
  }
  process.env['CDS_ENV'] = 'production'
  expect(isProduction()).toBe(true)
})

test.each(MARKERS)('in production because of %s alone: errors say so', (name) => {
  process.env[name] = '10.0.0.1'
  const note = ` It counts as production because ${name} is set: set NODE_ENV=development where that is wrong.`
  expect(noteOnPlatform()).toBe(note)
  process.env['CDS_ENV'] = 'hybrid'
  expect(noteOnPlatform()).toBe(note)
  process.env['CDS_ENV'] = 'production'
  expect(noteOnPlatform()).toBe('')
  process.env['CDS_ENV'] = 'development'
  expect(noteOnPlatform()).toBe('')
})

test('nothing is said without a platform', () => {
  expect(noteOnPlatform()).toBe('')
})
