import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { startEmulator, type Emulator } from '../../src/index.js'
import { assertLocal } from '../../src/http/assert-local.js'
import { describeLandscape } from '../../src/project/binding.js'
import { applicationEnvironment } from '../../src/standalone/environment.js'
import { options } from '../support/maintenance.js'

const load = createRequire(__filename)
const serviceBindings = load('@sap/cds/lib/env/serviceBindings') as (
  root: string
) => Record<string, { credentials: object }[]>
const xsenv = load('@sap/xsenv') as { getServices: (query: object) => Record<string, object> }

let emulator: Emulator
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'environment-'))
  const jobScheduler = { instance: "o'neil's\\jobs/1" }
  const users = { "d'arcy": {}, back: { attr: { plant: ['a\\b'] } } }
  emulator = await startEmulator({ ...options, users, identity: true, jobScheduler })
})
afterAll(async () => {
  await emulator.stop()
  rmSync(folder, { recursive: true })
})

function environmentOf(env: NodeJS.ProcessEnv = {}, configuration?: object) {
  return applicationEnvironment(describeLandscape(emulator), folder, env, configuration)
}

function write(env?: NodeJS.ProcessEnv, configuration?: object) {
  const { files, variables } = environmentOf(env, configuration)
  for (const { path, content } of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const content = (name: string) => files.find(({ path }) => path === name)!.content
  return { variables, content }
}

test('the files of the bindings are read as VCAP_SERVICES is: by CAP, and by @sap/xsenv', () => {
  const { variables } = write()
  const root = variables['SERVICE_BINDING_ROOT']!
  const services = emulator.vcapServices()
  const read = serviceBindings(root)
  expect(Object.keys(read).sort()).toEqual(Object.keys(services).sort())
  for (const [label, [binding]] of Object.entries(services)) {
    expect(read[label]![0]!.credentials).toEqual(binding.credentials)
  }
  const before = process.env['SERVICE_BINDING_ROOT']
  process.env['SERVICE_BINDING_ROOT'] = root
  try {
    const { xsuaa } = xsenv.getServices({ xsuaa: { label: 'xsuaa' } })
    expect(xsuaa).toEqual(services.xsuaa[0]!.credentials)
  } finally {
    if (before === undefined) delete process.env['SERVICE_BINDING_ROOT']
    else process.env['SERVICE_BINDING_ROOT'] = before
  }
})

test('default-env.json has the bindings as @sap/xsenv loads them', () => {
  const { content } = write()
  expect(JSON.parse(content('default-env.json'))).toEqual({
    VCAP_SERVICES: emulator.vcapServices()
  })
})

test('configuration of CAP for mocks is in default-env.json', () => {
  const configuration = { requires: { API: { kind: 'odata' } } }
  const { content } = write({}, configuration)
  expect(JSON.parse(content('default-env.json'))).toMatchObject({ CDS_CONFIG: configuration })
})

test('.env has the same variables for Node and for a shell', () => {
  const { variables, content } = write({}, { requires: { "o'neil\\api": { kind: 'odata' } } })
  const parsed = parseEnv(content('.env'))
  const script = `set -a; . ${join(folder, '.env')}; exec "$0" -p 'JSON.stringify(process.env)'`
  const env = { PATH: process.env['PATH'] }
  const shell = JSON.parse(
    execFileSync('sh', ['-c', script, process.execPath], { env, encoding: 'utf8' })
  ) as Record<string, string>
  for (const each of [parsed, shell]) {
    expect(JSON.parse(each['VCAP_SERVICES']!)).toEqual(JSON.parse(variables['VCAP_SERVICES']!))
    expect(JSON.parse(each['CDS_CONFIG']!)).toEqual(JSON.parse(variables['CDS_CONFIG']!))
    expect(each['NODE_EXTRA_CA_CERTS']).toBe(join(folder, 'ca.pem'))
    expect(each['SERVICE_BINDING_ROOT']).toBe(join(folder, 'bindings'))
  }
})

test('certificates are added to those that the variables had, and to those of the system', () => {
  const company = join(folder, 'company.pem')
  writeFileSync(company, '-----COMPANY-----')
  const { variables, content } = write({
    NODE_EXTRA_CA_CERTS: company,
    CURL_CA_BUNDLE: company,
    REQUESTS_CA_BUNDLE: join(folder, 'missing.pem')
  })
  const own = `-----COMPANY-----\n${emulator.ca.trimEnd()}\n`
  expect(content('ca.pem')).toBe(own)
  expect(content('curl_ca_bundle.pem')).toBe(own)
  expect(variables).toMatchObject({
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    CURL_CA_BUNDLE: join(folder, 'curl_ca_bundle.pem'),
    SSL_CERT_FILE: join(folder, 'ca-bundle.pem'),
    REQUESTS_CA_BUNDLE: join(folder, 'ca-bundle.pem')
  })
  const bundle = content('ca-bundle.pem')
  expect(bundle.match(/BEGIN CERTIFICATE/g)!.length).toBeGreaterThan(10)
  expect(bundle).toContain(emulator.ca.trim())
  expect(content('landscape-ca.pem')).toBe(emulator.ca)
})

test('a landscape starts beside the bindings of another one, and not beside real ones', () => {
  const { variables } = write()
  const root = { SERVICE_BINDING_ROOT: variables['SERVICE_BINDING_ROOT']! }
  expect(() => assertLocal(root)).not.toThrow()
  mkdirSync(join(folder, 'bindings', 'real'))
  writeFileSync(join(folder, 'bindings', 'real', 'type'), 'xsuaa')
  expect(() => assertLocal(root)).toThrow(/\(real\): .*unset SERVICE_BINDING_ROOT/)
  rmSync(join(folder, 'bindings', 'real'), { recursive: true })
})
