import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { checkEffectiveKind } from '../../../src/configuration/check-kind.js'

const { NODE_ENV, CDS_CONFIG } = process.env
let root: string
let warn: jest.SpyInstance

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-kind-'))
  writeFileSync(join(root, 'package.json'), '{}')
  warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
  warn.mockRestore()
  delete process.env.CDS_CONFIG
  Object.assign(process.env, { NODE_ENV }, CDS_CONFIG && { CDS_CONFIG })
})

const warnings = () => warn.mock.calls.map((call) => call.join(' ')).join('\n')

/** Checks in production, where it throws, and elsewhere, where it warns once; both say the same. */
function problem(requires: object): string | undefined {
  warn.mockClear()
  process.env.NODE_ENV = 'test'
  checkEffectiveKind(requires as never, root)
  const printed = warnings()
  expect(warn.mock.calls.length).toBeLessThanOrEqual(1)
  process.env.NODE_ENV = 'production'
  let thrown: Error | undefined
  try {
    checkEffectiveKind(requires as never, root)
  } catch (error) {
    thrown = error as Error
    expect(error).toMatchObject({ code: 'ERR_CONFIGURATION' })
  }
  expect(printed).toContain(thrown?.message ?? '')
  expect(Boolean(printed)).toBe(Boolean(thrown))
  return thrown?.message
}

const json = (value: object) => JSON.stringify(value)

/** Where the name of this package can stand. */
const FILES: Record<string, (cds: object) => string> = {
  'package.json': (content) => json({ name: 'x', cds: content }),
  '.cdsrc.json': json,
  '.cdsrc-private.json': json,
  '.cdsrc.js': (content) => `module.exports = ${json(content)}`,
  '.cdsrc.yaml': json
}
const SHAPES: Record<string, object> = {
  text: { requires: { auth: 'principal' } },
  'text, long': { requires: { auth: 'principal-auth' } },
  object: { requires: { auth: { kind: 'principal' } } },
  'object, long': { requires: { auth: { kind: 'principal-auth', users: {} } } },
  implementation: { requires: { auth: { impl: 'cds-principal/auth' } } },
  'profile at the top': { '[x]': { requires: { auth: 'principal' } } },
  'profile of requires': { requires: { '[x]': { auth: { kind: 'principal' } } } },
  'profile of auth': { requires: { auth: { kind: 'jwt', '[x]': { kind: 'principal' } } } },
  'important profile': { '[x!]': { requires: { auth: 'principal' } } },
  'profile in a profile': { '[x]': { requires: { '[y]': { auth: 'principal' } } } }
}

describe.each(Object.keys(FILES))('"principal" in %s', (file) => {
  test.each(Object.entries(SHAPES))('as %s, and another kind in effect', (_, content) => {
    writeFileSync(join(root, file), FILES[file]!(content))
    const text = problem({ auth: { kind: 'xsuaa' } })
    expect(text).toMatch(/^authentication is of kind "xsuaa"/)
    expect(text).toMatch(`(${file}, cds.`)
    expect(text).toMatch(/Either remove the other kind.*cds bind .*--kind principal.*or take/)
    expect(problem({ auth: { kind: 'principal' } })).toBeUndefined()
  })

  test('the level "cds" makes no difference', () => {
    writeFileSync(join(root, file), FILES[file]!({ cds: SHAPES.text }))
    if (file !== 'package.json') expect(problem({ auth: { kind: 'jwt' } })).toBeDefined()
  })

  test('other kinds are nothing to speak of', () => {
    writeFileSync(
      join(root, file),
      FILES[file]!({ requires: { auth: { kind: 'xsuaa' }, x: 'principal' } })
    )
    expect(problem({ auth: { kind: 'xsuaa' } })).toBeUndefined()
  })
})

test('"principal" in CDS_CONFIG', () => {
  process.env.CDS_CONFIG = json({ '[x]': { requires: { auth: 'principal' } } })
  expect(problem({ auth: { kind: 'xsuaa' } })).toMatch('CDS_CONFIG, cds.[x].requires.auth')
})

test('an implementation of the project is loaded in place of that of the kind', () => {
  const text = problem({ auth: { kind: 'principal', impl: './srv/auth.js' } })
  expect(text).toMatch(/^cds\.requires\.auth\.impl is "\.\/srv\/auth\.js", and CAP loads it/)
  for (const impl of ['cds-principal/auth', 'cds-principal/mock-auth'])
    expect(problem({ auth: { kind: 'principal', impl } })).toBeUndefined()
})

test('production that only the platform stands for is named', () => {
  delete process.env.NODE_ENV
  process.env.VCAP_APPLICATION = '{}'
  const auth = { kind: 'principal', impl: './srv/auth.js' }
  expect(() => checkEffectiveKind({ auth }, root)).toThrow(
    /production because VCAP_APPLICATION is set: set NODE_ENV=development/
  )
  delete process.env.VCAP_APPLICATION
})

test('what sets the other kind is named, if it is of an active profile', () => {
  const auth = { kind: 'principal', '[test]': { kind: 'xsuaa-auth' }, '[y]': { kind: 'ias' } }
  writeFileSync(join(root, '.cdsrc.json'), json({ requires: { auth } }))
  expect(problem({ auth: { kind: 'xsuaa' } })).toMatch(
    'kind "xsuaa" (.cdsrc.json, cds.requires.auth.[test]), although'
  )
})

test.each([
  '{',
  '[]',
  '"x"',
  'null',
  '{"cds": 1}',
  '{"requires": 1}',
  '{"requires": {"auth": null}}'
])('a file with %s says nothing', (content) => {
  for (const file of ['.cdsrc.json', '.cdsrc.yaml']) writeFileSync(join(root, file), content)
  expect(problem({ auth: { kind: 'xsuaa' } })).toBeUndefined()
})

describe('onBehalfOf with another kind', () => {
  const S4 = (onBehalfOf: string | undefined, more = {}) => ({ kind: 'rest', onBehalfOf, ...more })

  test.each(['xsuaa', 'jwt', 'ias'])('%s has tokens of users', (kind) => {
    for (const value of ['namedUser', 'currentUser', 'systemUser', 'systemUserProvider'])
      expect(problem({ auth: { kind }, S4: S4(value) })).toBeUndefined()
  })

  test('so can an implementation of its own', () => {
    const auth = { kind: 'mocked', impl: './srv/auth.js' }
    expect(problem({ auth, S4: S4('namedUser') })).toBeUndefined()
  })

  test.each([{ kind: 'mocked' }, { kind: 'basic' }, { kind: 'dummy' }, false, null, undefined])(
    '%j has none',
    (auth) => {
      for (const value of ['namedUser', 'currentUser']) {
        const text = problem({ auth, S4: S4(value) })
        expect(text).toMatch(/^cds\.requires\.S4\.onBehalfOf needs the token of a user/)
        expect(text).toMatch(/Either set "auth": "principal" in this profile, or remove/)
      }
      for (const value of ['systemUser', 'systemUserProvider', undefined])
        expect(problem({ auth, S4: S4(value) })).toBeUndefined()
    }
  )

  test.each([
    ['minTokenLifetime', { auth: { kind: 'xsuaa' }, S4: S4(undefined, { minTokenLifetime: 5 }) }],
    ['issuers', { auth: { kind: 'xsuaa', issuers: { x: {} } } }],
    ['restart', { auth: { kind: 'xsuaa', restart: { drainDelay: 1 } } }],
    ['emulator', { auth: { kind: 'mocked', emulator: {} } }]
  ])('%s alone has no effect', (option, requires) => {
    expect(problem(requires)).toMatch(`.${option} has no effect with`.replace('with', ''))
  })
})
