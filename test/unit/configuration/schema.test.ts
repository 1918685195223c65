import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import Ajv, { type ValidateFunction } from 'ajv'
import ts from 'typescript'

import { RESTART_OPTIONS } from '../../../src/fleet/drain/options.js'
import { LIMIT_OPTIONS } from '../../../src/configuration/limit-options.js'
import { OPTION_NAMES } from '../../../src/configuration/check-keys.js'
import { STORE_OPTIONS } from '../../../src/delegation/keys/credential-store/options.js'
import { DELEGATION_OPTIONS } from '../../../src/delegation/options.js'
import { DESTINATION_OPTIONS } from '../../../src/destination/look-up/options.js'
import { EMULATOR_OPTIONS, OUTSIDE_PROJECT } from '../../../emulator/src/project/option-names.js'
import { USER_PROPERTIES } from '../../../emulator/src/landscape/mock-user.js'
import { SAML_OPTIONS } from '../../../src/token/exchange-options.js'
import { ISSUER_OPTIONS } from '../../../src/token/issuers/oidc-options.js'

const ROOT = join(__dirname, '../../..')
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')

interface Definition {
  readonly properties: Readonly<Record<string, unknown>>
}
const schema = JSON.parse(read('schema/cds-principal.json')) as {
  definitions: Record<string, Definition>
}

let validate: ValidateFunction
beforeAll(() => {
  validate = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile(schema)
})

type Content = Record<string, unknown>

const principal = (auth: object) => ({ requires: { auth: { kind: 'principal', ...auth } } })
const emulator = (options: object) => principal({ emulator: options })
const remote = (options: object) => ({ requires: { S4: { kind: 'rest', ...options } } })
const issuer = (options: object) =>
  principal({ issuers: { a: { issuer: 'https://a.example', audience: 'x', ...options } } })

/** Examples of configuration in the docs; those that are a part of it are completed. */
function examples(file: string): [string, Content][] {
  const blocks = [...read(file).matchAll(/^```jsonc?\n(.*?)^```/gms)].map(([, text = '']) =>
    text.trim()
  )
  return blocks.flatMap((text, i) => {
    const whole = text.startsWith('{') ? text : `{ ${text} }`
    const { config, error } = ts.parseConfigFileTextToJson(file, whole)
    if (error || typeof config !== 'object') return []
    return [[`${file}, example ${String(i + 1)}`, config as Content]]
  })
}

/** A part of the configuration, at its place; `undefined` for an example of something else. */
function completed(content: Content): Content | undefined {
  const has = (name: string) =>
    Object.values(content).some((value) => isObject(value) && name in value)
  if ('cds' in content || 'requires' in content) return content
  if ('emulator' in content || 'issuers' in content) return principal(content)
  if (has('issuer')) return principal({ issuers: content })
  return 'auth' in content || has('onBehalfOf') ? { requires: content } : undefined
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const DOCS = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
const EXAMPLES = DOCS.filter((name) => name.endsWith('.md'))
  .flatMap(examples)
  .flatMap(([name, content]): [string, Content][] => {
    const whole = completed(content)
    return whole ? [[name, whole]] : []
  })

test('there are examples of all parts', () => {
  const all = JSON.stringify(EXAMPLES)
  for (const part of ['onBehalfOf', 'users', 'emulator', 'issuers'])
    expect(all).toContain(`"${part}"`)
})

test.each([...EXAMPLES, ['the sample', JSON.parse(read('.cdsrc.json')) as Content] as const])(
  '%s is right',
  (_, content) => {
    validate(content)
    expect(validate.errors ?? []).toEqual([])
  }
)

/** Objects with options: what wraps one, and the options there. */
const PLACES: Record<string, [(options: object) => object, readonly string[]]> = {
  auth: [principal, OPTION_NAMES.auth],
  service: [remote, OPTION_NAMES.service],
  delegation: [(delegation) => remote({ onBehalfOf: 'namedUser', delegation }), DELEGATION_OPTIONS],
  credentialStore: [(credentialStore) => remote({ credentialStore }), STORE_OPTIONS],
  remoteCredentials: [(credentials) => remote({ credentials }), OPTION_NAMES.credentials],
  destinationOptions: [(destinationOptions) => remote({ destinationOptions }), DESTINATION_OPTIONS],
  user: [(a) => principal({ users: { a } }), USER_PROPERTIES],
  emulator: [emulator, EMULATOR_OPTIONS.emulator],
  tenant: [(a) => emulator({ tenants: { a } }), EMULATOR_OPTIONS.tenant],
  application: [(a) => emulator({ applications: { a } }), EMULATOR_OPTIONS.application],
  system: [(a) => emulator({ onPremise: { a } }), EMULATOR_OPTIONS.system],
  trust: [(a) => emulator({ trust: { a } }), EMULATOR_OPTIONS.trust],
  identity: [(identity) => emulator({ identity }), EMULATOR_OPTIONS.identity],
  restart: [(restart) => principal({ restart }), RESTART_OPTIONS],
  limits: [(limits) => principal({ limits }), LIMIT_OPTIONS],
  issuer: [issuer, ISSUER_OPTIONS],
  exchange: [(exchange) => issuer({ exchange }), ['grant', ...SAML_OPTIONS]]
}

const OUTSIDE: readonly string[] = OUTSIDE_PROJECT

describe.each(Object.keys(PLACES))('options of %s', (place) => {
  const [wrap, names] = PLACES[place]!
  const known = names.filter((name) => place !== 'emulator' || !OUTSIDE.includes(name))

  test('the schema knows those that the checks know', () => {
    expect(Object.keys(schema.definitions[place]!.properties)).toEqual(
      expect.arrayContaining(known)
    )
  })

  const isOption = (name: string) => known.includes(name)
  const others = known.filter((name) => !isOption(name.toUpperCase()))
  test.each(others)('%s in another case is refused', (name) => {
    expect(validate(wrap({ [name.toUpperCase()]: {} }))).toBe(false)
    expect(
      validate.errors!.some(({ keyword }) => /propertyNames|additionalProperties/.test(keyword))
    ).toBe(true)
  })
})

test.each([
  remote({ onBehalfOf: 'namedUsr' }),
  remote({ onBehalfO: 'namedUser' }),
  remote({ minTokenLifetme: 5 }),
  remote({ '[production]': { onBehalfof: 'namedUser' } }),
  remote({ minTokenLifetime: -1 }),
  remote({ destinationOptions: { selectionStrategy: 'alwaysProvide' } }),
  principal({ users: { alice: { role: ['Viewer'] } } }),
  emulator({ destination: {} }),
  emulator({ identity: { subjectNameIdentifier: 'email' } }),
  issuer({ tokenType: 'jwt' }),
  { cds: { '[production]': { requires: { S4: { onBehalfOf: true } } } } }
])('%j is refused', (content) => {
  expect(validate(content)).toBe(false)
})

test('options of CAP and of other plugins are left alone', () => {
  const content = {
    name: 'a',
    cds: {
      requires: { db: 'sql', queue: true, messaging: { kind: 'x', format: 'cloudevents' } },
      log: {}
    },
    requires: {
      auth: { kind: 'xsuaa', vcap: {}, anything: 1 },
      S4: { csrf: true, credentials: { url: 'x' } }
    }
  }
  expect(validate(content)).toBe(true)
})
