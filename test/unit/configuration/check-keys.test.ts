import cds from '@sap/cds'

import { checkKeys } from '../../../src/configuration/check-keys.js'
import { nearestName } from '../../../src/lib/wording/closest.js'

const { kinds } = cds.env.requires as unknown as { kinds: object }
const withKinds = (requires: object) => ({ ...requires, kinds })

/** Every way to misspell a name by one letter, and by two where it is long. */
function misspelt(name: string): string[] {
  const at = Array.from(name, (_, i) => i)
  const without = at.map((i) => name.slice(0, i) + name.slice(i + 1))
  const doubled = at.map((i) => name.slice(0, i + 1) + name.slice(i))
  const replaced = at.map((i) => `${name.slice(0, i)}q${name.slice(i + 1)}`)
  const swapped = at
    .slice(1)
    .map((i) => name.slice(0, i - 1) + name[i]! + name[i - 1]! + name.slice(i + 1))
  const cases = [
    name.toLowerCase(),
    name.toUpperCase(),
    name.replaceAll(/[A-Z]/g, '-$&').toLowerCase()
  ]
  const all = [...without, ...doubled, ...replaced, ...(name.length > 5 ? swapped : []), ...cases]
  const isMeant = (each: string) => name.length > 5 || each[0]!.toLowerCase() === name[0]
  return [...new Set(all)].filter((each) => each !== name && each.length > 1 && isMeant(each))
}

const message = (requires: object) => {
  try {
    checkKeys(withKinds(requires))
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

const remote = { kind: 'rest', onBehalfOf: 'namedUser' }
const S4 = (more: object) => ({ S4: { ...remote, ...more } })

/** Options of a look-up with values that they can have. */
const LOOK_UP: Readonly<Record<string, unknown>> = {
  selectionStrategy: 'alwaysProvider',
  iasToXsuaaTokenExchange: true,
  useCache: false,
  refreshToken: 'x',
  fragmentName: 'x',
  fragmentOptional: true,
  level: 'instance',
  actorToken: 'xsuaa'
}

/** Places of options, and the options there. */
const PLACES: [string, readonly string[], (name: string) => object][] = [
  [
    'cds.requires.S4',
    ['onBehalfOf', 'minTokenLifetime', 'delegation'],
    (name) => ({ S4: { [name]: 1 } })
  ],
  [
    'cds.requires.S4',
    [
      'onBehalfOf',
      'minTokenLifetime',
      'delegation',
      'clients',
      'credentials',
      'destinationOptions',
      'csrfInBatch'
    ],
    (name) => S4({ [name]: 1 })
  ],
  [
    'cds.requires.S4.credentials',
    ['destination', 'forwardAuthToken'],
    (name) => S4({ credentials: { [name]: 1 } })
  ],
  [
    'cds.requires.S4.destinationOptions',
    Object.keys(LOOK_UP),
    (name) => S4({ destinationOptions: { fragmentName: 'x', [name]: LOOK_UP[name] ?? 1 } })
  ],
  [
    'cds.requires.auth',
    ['credentials', 'emulator', 'issuers'],
    (name) => ({ auth: { kind: 'principal', [name]: 1 } })
  ]
]

test.each(PLACES)('%s: a misspelt %j is named, with what was meant', (path, names, requires) => {
  for (const name of names) {
    expect(message(requires(name))).toBeUndefined()
    for (const wrong of misspelt(name)) {
      const text = `${path}.${wrong} is not known: did you mean "${name}"?`
      if (wrong !== 'destinations') expect(message(requires(wrong))).toBe(text)
    }
  }
})

test.each([
  [
    'cds.requires.S4.kind',
    ['odata', 'odata-v2', 'odata-v4', 'rest', 'hcql'],
    (kind: string) => ({ S4: { kind } })
  ],
  [
    'cds.requires.auth.kind',
    ['principal', 'xsuaa', 'mocked'],
    (kind: string) => ({ auth: { kind } })
  ],
  [
    'cds.requires.S4.destinationOptions.selectionStrategy',
    ['alwaysProvider', 'alwaysSubscriber', 'subscriberFirst'],
    (selectionStrategy: string) => S4({ destinationOptions: { selectionStrategy } })
  ]
] as const)('%s: a misspelt value of %j', (path, values, requires) => {
  for (const value of values) {
    expect(message(requires(value))).toBeUndefined()
    for (const wrong of misspelt(value)) {
      const known = (values as readonly string[]).includes(wrong)
      if (!known) expect(message(requires(wrong))).toMatch(`${path} is "${wrong}": did you mean "`)
    }
  }
})

test.each([
  ['auth', 'principle', 'principal'],
  ['auth', 'Principal-Auth', 'principal'],
  ['S4', 'odata-2', 'odata-v2'],
  ['S4', 'odata-v3', 'odata-v2'],
  ['S4', 'OData', 'odata']
])('kind of %s: %s', (service, kind, meant) => {
  const requires = { [service]: { kind } }
  if (kind === 'Principal-Auth')
    expect(nearestName(kind, ['principal-auth'])).toBe('principal-auth')
  else expect(message(requires)).toMatch(`did you mean "${meant}"?`)
})

test('an option that stands one level too deep is named', () => {
  for (const name of ['onBehalfOf', 'minTokenLifetime', 'delegation', 'clients']) {
    for (const part of ['credentials', 'destinationOptions']) {
      expect(message({ S4: { kind: 'rest', [part]: { [name]: 1 } } })).toBe(
        `cds.requires.S4.${part}.${name} has no effect there: move it to cds.requires.<service>`
      )
    }
    expect(message({ auth: { kind: 'principal', [name]: 1 } })).toMatch('cds.requires.auth.')
    const mcp = { impl: 'cds-principal/mcp-service' }
    const agent = { kinds: { mcp }, agent: { kind: 'mcp', credentials: { [name]: 1 } } }
    expect(() => checkKeys(agent)).toThrow(`cds.requires.agent.credentials.${name}`)
  }
})

describe('what is near to nothing of this package stays', () => {
  test('names of other plugins and of CAP', () => {
    const options = {
      ...remote,
      ...{ model: 'x', service: 'x', csrf: true, queued: false, outbox: false, external: true },
      ...{ vcap: { label: 'x' }, binding: {}, forward_dwc_headers: true, max_get_url_length: 1 },
      ...{ mapping: {}, on: 'x', scopes: [], retry: 3, cache: {}, minPoolSize: 1, behalf: 1 },
      credentials: { url: 'x', path: 'x', destinations: [], user_name: 'x', urls: {}, uaa: {} },
      destinationOptions: { isolationStrategy: 'tenant', jwt: null, retry: true }
    }
    expect(message({ S4: options, auth: { kind: 'principal', tenants: {}, userId: 'x' } })).toBe(
      undefined
    )
  })

  test.each(['clientId', 'clientID', 'clientIds', 'client_id', 'client', 'clients'])(
    '"%s" of services that are not remote',
    (name) => {
      const kind = { kind: 'enterprise-messaging', credentials: { [name]: 1, delegation: 1 } }
      expect(message({ messaging: { ...kind, [name]: 1 }, other: { [name]: 1 } })).toBeUndefined()
    }
  )

  test('options of authentication that is not of this package', () => {
    const auth = { impl: './srv/auth.js', clients: ['x'], delegation: true }
    expect(message({ auth })).toBeUndefined()
    expect(message({ auth: { ...auth, kind: 'mocked' } })).toBeUndefined()
  })

  test("the whole of CAP's own configuration", () => {
    expect(message(kinds)).toBeUndefined()
    for (const kind of Object.keys(kinds)) expect(message({ S4: { kind } })).toBeUndefined()
  })

  test('a kind with an implementation of its own, and what is no object', () => {
    expect(message({ S4: { kind: 'odata-x', impl: './srv/x.js' } })).toBeUndefined()
    expect(message({ auth: { kind: 'principle', impl: './srv/auth.js' } })).toBeUndefined()
    expect(message({ S4: true, T: false, U: null, V: 'x', auth: false })).toBeUndefined()
  })

  test('short names need more than a likeness', () => {
    for (const kind of ['kafka', 'sql', 'hana', 'tests', 'queue', 'data', 'test', 'nest-js']) {
      expect(message({ S4: { kind } })).toBeUndefined()
    }
  })
})
