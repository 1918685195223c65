import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type * as Bindings from '../../../../src/destination/binding/binding.js'
import { bindingsOf } from '../../../../src/options.js'

const { VCAP_SERVICES, VCAP_SERVICES_FILE_PATH, SERVICE_BINDING_ROOT } = process.env
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cds-principal-bindings-'))
  jest.resetModules()
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const name of ['VCAP_SERVICES', 'VCAP_SERVICES_FILE_PATH', 'SERVICE_BINDING_ROOT'])
    delete process.env[name]
})
afterAll(() => {
  const given = { VCAP_SERVICES, VCAP_SERVICES_FILE_PATH, SERVICE_BINDING_ROOT }
  for (const [name, value] of Object.entries(given)) if (value) process.env[name] = value
})

type Credentials = Record<string, unknown>

const vcap = (label: string, credentials: Credentials) =>
  JSON.stringify({ [label]: [{ name: 'my-binding', label, tags: [label], credentials }] })

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function secret(label: string, credentials: Credentials, metadata: boolean): void {
  const path = join(folder, 'my-binding')
  mkdirSync(path)
  const files = { ...credentials, type: label, tags: [label] }
  for (const [name, value] of Object.entries(files)) writeFileSync(join(path, name), text(value))
  if (!metadata) return
  const property = ([name, value]: [string, unknown]) => ({
    name,
    format: typeof value === 'string' ? 'text' : 'json'
  })
  const content = {
    metaDataProperties: [
      { name: 'type', format: 'text' },
      { name: 'tags', format: 'json' }
    ],
    credentialProperties: Object.entries(credentials).map(property)
  }
  writeFileSync(join(path, '.metadata'), JSON.stringify(content))
}

/** Ways in which a binding comes into a process. */
const WAYS: Record<string, (label: string, credentials: Credentials) => void> = {
  VCAP_SERVICES: (label, credentials) => {
    process.env.VCAP_SERVICES = vcap(label, credentials)
  },
  VCAP_SERVICES_FILE_PATH: (label, credentials) => {
    process.env.VCAP_SERVICES_FILE_PATH = join(folder, 'vcap.json')
    writeFileSync(join(folder, 'vcap.json'), vcap(label, credentials))
  },
  'SERVICE_BINDING_ROOT, flat': (label, credentials) => {
    process.env.SERVICE_BINDING_ROOT = folder
    secret(label, credentials, false)
  },
  'SERVICE_BINDING_ROOT, .metadata': (label, credentials) => {
    process.env.SERVICE_BINDING_ROOT = folder
    secret(label, credentials, true)
  },
  'cds.requires': (label, credentials) => {
    // modules that are loaded again have a configuration of their own
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` has no registry that is reset
    const { env } = require('@sap/cds') as { env: { requires: Record<string, object> } }
    env.requires.bound = { vcap: { label }, credentials }
  }
}

const client = { clientid: 'c', clientsecret: 's', url: 'https://t.example.com' }
const COMPLETE: Record<string, Credentials> = {
  destination: { ...client, uri: 'https://destination.example.com' },
  connectivity: {
    ...client,
    onpremise_proxy_host: 'connectivity-proxy.kyma-system',
    onpremise_proxy_port: '20003',
    onpremise_proxy_http_port: '20003'
  }
}

/** Bindings are kept in the module: each test has one of its own. */
function load(): typeof Bindings {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` has no registry that is reset
  return require('../../../../src/destination/binding/binding.js') as typeof Bindings
}

describe.each(Object.keys(WAYS))('bindings by %s', (way) => {
  test.each(Object.keys(COMPLETE))('%s', async (label) => {
    const credentials = COMPLETE[label]!
    WAYS[way]!(label, credentials)
    const service = await load().serviceBinding(label)
    expect(service?.credentials).toMatchObject(credentials)
  })

  const missing = Object.entries(COMPLETE).flatMap(([label, credentials]) =>
    Object.keys(credentials)
      .filter((name) => name !== 'clientsecret' && !name.endsWith('_port'))
      .map((name) => [label, name] as const)
  )
  test.each(missing)('%s without "%s" is named', async (label, name) => {
    const { [name]: _, ...rest } = COMPLETE[label]!
    if (way === 'cds.requires' && name === 'clientid') return // that is no binding
    WAYS[way]!(label, rest)
    const { serviceBinding, checkBoundServices } = load()
    const looked = Promise.resolve().then(() => serviceBinding(label))
    await expect(looked).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(
        `^the binding "[\\w-]+" of service "${label}" has no "${name}"`
      )
    })
    const atStart = checkBoundServices({ S4: { credentials: { destination: 'S4' } } })
    await expect(atStart).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
    await expect(checkBoundServices({ db: {} })).resolves.toBeUndefined()
  })
})

test.each([undefined, '', 'x', '0', '70000'])('a proxy port of %j is named', async (port) => {
  const { onpremise_proxy_port: _, ...rest } = COMPLETE.connectivity!
  WAYS.VCAP_SERVICES!('connectivity', { ...rest, onpremise_proxy_http_port: port })
  await expect(load().serviceBinding('connectivity')).rejects.toThrow(
    /of service "connectivity" has (no|a) .*port/
  )
})

test('lists and objects that are text in a secret have their type again', () => {
  const domains = ['accounts.example.com']
  const ias = {
    clientid: 'c',
    url: 'https://t1.accounts.example.com',
    domains: JSON.stringify(domains)
  }
  expect(bindingsOf({ kind: 'principal', credentials: ias as never }, {})).toEqual({
    ias: { ...ias, domains }
  })
  const identity = { credentials: ias as never }
  expect(bindingsOf({ kind: 'principal' }, { identity })).toEqual({ ias: { ...ias, domains } })
})

describe('a link in the folder of a binding leads nowhere, as while Kubernetes replaces the files', () => {
  const credentials = COMPLETE['destination']!
  const link = () => join(folder, 'my-binding', '..data_tmp')
  let bindings: typeof Bindings

  beforeEach(async () => {
    bindings = load()
    await bindings.findBinding('nothing') // loads the Cloud SDK
    WAYS['SERVICE_BINDING_ROOT, flat']!('destination', credentials)
    symlinkSync('..v2', link())
  })

  test('and is gone a moment later: the binding is found', async () => {
    setImmediate(() => rmSync(link(), { force: true }))
    const found = await bindings.findBinding('destination')
    expect(found?.credentials).toMatchObject(credentials)
  })

  test('and stays: the error says so', async () => {
    await expect(bindings.findBinding('destination')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
