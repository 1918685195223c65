import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Emulator } from '../../emulator/src/index.js'
import { client } from '../support/client.js'
import { startLandscape } from '../support/emulator.js'
import { tokenOf } from '../support/password-grant.js'
import { type Sample, startSample } from '../support/sample.js'

type Credentials = Record<string, unknown>
/** Credentials by the label of the service offering. */
type Bindings = Readonly<Record<string, Credentials>>
interface Start {
  readonly env?: Record<string, string>
  readonly files?: Record<string, string>
  readonly requires?: Record<string, object>
}

let emulator: Emulator
let folder: string
beforeAll(async () => {
  emulator = await startLandscape({ identity: true })
})
afterAll(() => emulator.stop())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cds-principal-bindings-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function emulatedBindings(): Bindings {
  const entries = Object.entries(emulator.vcapServices()) as [
    string,
    { credentials: Credentials }[]
  ][]
  return Object.fromEntries(entries.map(([label, [binding]]) => [label, binding!.credentials]))
}

function vcapServices(bindings: Bindings): string {
  const entries = Object.entries(bindings).map(([label, credentials]) => [
    label,
    [{ name: `my-${label}`, label, plan: 'standard', tags: [label], credentials }]
  ])
  return JSON.stringify(Object.fromEntries(entries))
}

/** Secrets as Kubernetes mounts them: a folder for each binding, a file for each property; lists and objects are JSON. */
function mountSecrets(bindings: Bindings, hasMetadata: boolean): string {
  for (const [label, credentials] of Object.entries(bindings)) {
    const secret = join(folder, `my-${label}`)
    mkdirSync(secret)
    const files = { ...credentials, type: label, label, plan: 'standard', tags: [label] }
    const format = (value: unknown) => (typeof value === 'string' ? 'text' : 'json')
    for (const [name, value] of Object.entries(files)) {
      const content = typeof value === 'string' ? value : JSON.stringify(value)
      writeFileSync(join(secret, name), content)
    }
    if (!hasMetadata) continue
    const properties = (names: string[]) =>
      names.map((name) => ({ name, format: format((files as Credentials)[name]) }))
    const metadata = {
      metaDataProperties: properties(['type', 'label', 'plan', 'tags']),
      credentialProperties: properties(Object.keys(credentials))
    }
    writeFileSync(join(secret, '.metadata'), JSON.stringify(metadata))
  }
  return folder
}

/** Places from which a process has its bindings. */
const PLACES: Record<string, (bindings: Bindings) => Start> = {
  'SERVICE_BINDING_ROOT with one file for each property': (bindings) => ({
    env: { SERVICE_BINDING_ROOT: mountSecrets(bindings, false) },
    // without metadata there is a name and no label
    requires: {
      auth: { vcap: { name: 'my-xsuaa', label: null } },
      identity: { vcap: { name: 'my-identity', label: null } }
    }
  }),
  'SERVICE_BINDING_ROOT with .metadata': (bindings) => ({
    env: { SERVICE_BINDING_ROOT: mountSecrets(bindings, true) }
  }),
  VCAP_SERVICES_FILE_PATH: (bindings) => {
    const VCAP_SERVICES_FILE_PATH = join(folder, 'vcap.json')
    writeFileSync(VCAP_SERVICES_FILE_PATH, vcapServices(bindings))
    return { env: { VCAP_SERVICES_FILE_PATH } }
  },
  'default-env.json': (bindings) => ({
    files: { 'default-env.json': `{ "VCAP_SERVICES": ${vcapServices(bindings)} }` }
  })
}

/** The sample in production, with these bindings and no other. */
function startWith({ env, files, requires }: Start): Promise<Sample> {
  return startSample({
    emulator,
    requires: { identity: { vcap: { label: 'identity' } }, ...requires },
    env: { NODE_ENV: 'production', VCAP_SERVICES: undefined, ...env },
    ...(files && { files })
  })
}

test.each(Object.keys(PLACES))(
  'bindings from %s: the change of alice is of ALICE',
  async (place) => {
    const sample = await startWith(PLACES[place]!(emulatedBindings()))
    const alice = client(sample.url, `Bearer ${await tokenOf(emulator, 'alice')}`)
    const ias = client(
      sample.url,
      `Bearer ${await emulator.issueToken({ issuer: 'ias', user: 'alice' })}`
    )
    const stranger = client(sample.url)
    try {
      const equipment = '/odata/v4/maintenance/Equipment'
      const id = `E-${Object.keys(PLACES).indexOf(place).toString()}`
      const created = await alice.post(equipment, {
        id,
        name: 'Pump',
        plant: '1010',
        category: 'M'
      })
      expect(created).toMatchObject({ status: 201, body: { createdBy: 'ALICE' } })
      // authenticated, and without a role of the application
      expect(await ias.get(equipment)).toMatchObject({ status: 403 })
      expect(await stranger.get(equipment)).toMatchObject({ status: 401 })
    } finally {
      for (const each of [alice, ias, stranger]) each.close()
      await sample.stop()
    }
  }
)

test.each([
  ['destination', 'uri', 'SERVICE_BINDING_ROOT with one file for each property'],
  ['connectivity', 'onpremise_proxy_host', 'VCAP_SERVICES_FILE_PATH'],
  ['destination', 'clientid', 'default-env.json']
])(
  'the binding of %s without "%s" (%s) stops the start, which names both',
  async (label, property, place) => {
    const bindings = emulatedBindings()
    const { [property]: _, ...rest } = bindings[label]!
    const start = startWith(PLACES[place]!({ ...bindings, [label]: rest }))
    const quoted = `the binding "my-${label}" of service "${label}" has no "${property}`
    await expect(start).rejects.toThrow(quoted)
  }
)
