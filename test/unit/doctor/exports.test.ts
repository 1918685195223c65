import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  readConfiguration,
  readDestinations,
  readFile,
  readVcap
} from '../../../src/doctor/exports.js'

const folder = mkdtempSync(join(tmpdir(), 'cds-principal-exports-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('--vcap', () => {
  const services = { xsuaa: [{ name: 'a', credentials: { clientid: 'sb-a', key: '}{"\\' } }] }

  test.each([
    ['VCAP_SERVICES itself', services],
    ['default-env.json', { VCAP_SERVICES: services }],
    ['a text in it', { VCAP_SERVICES: JSON.stringify(services) }],
    ['the answer of the API', { system_env_json: { VCAP_SERVICES: services } }],
    [
      'what cf env prints',
      `Getting env…\nSystem-Provided:\nVCAP_SERVICES: ${JSON.stringify(services, null, 2)}\n\nVCAP_APPLICATION: {"a": 1}\n`
    ]
  ])('reads %s', (name, content) => {
    expect(readVcap(file(`vcap-${name.length}`, content))).toEqual(services)
  })

  test('a file that is none of these is named, and nothing of its content', () => {
    const path = file('broken.json', '{"clientsecret": "s3cret-value"')
    expect(() => readVcap(path)).toThrow(`--vcap ${path}: it can not be read as such a file`)
    expect(() => readVcap(join(folder, 'none'))).toThrow(/there is no such file/)
  })
})

describe('--destinations', () => {
  const S4 = { Name: 'S4', Type: 'HTTP', URL: 'http://s4:1' }

  test.each([
    ['a list', [S4], undefined],
    ['one', S4, undefined],
    [
      'an answer',
      { owner: { InstanceId: 'i' }, destinationConfiguration: S4 },
      'the service instance'
    ],
    [
      'a subaccount',
      { owner: { SubaccountId: 's' }, destinationConfiguration: S4 },
      'the subaccount'
    ],
    ['init_data', { init_data: { instance: { destinations: [S4] } } }, 'the service instance']
  ])('reads %s', (name, content, place) => {
    const path = file(`destinations-${name}.json`, content)
    expect(readDestinations(path)).toEqual([
      { name: 'S4', configuration: S4, place, certificates: [] }
    ])
  })

  test('reads the export of the cockpit', () => {
    const text = '#\n#Fri Nov 27\nType=HTTP\nURL=http\\://s4\\:1\nName=S4\nProxyType=OnPremise\n'
    expect(readDestinations(file('S4', text))).toMatchObject([
      { name: 'S4', configuration: { URL: 'http://s4:1', ProxyType: 'OnPremise' } }
    ])
  })

  test('a file without a destination is an error', () => {
    expect(() => readDestinations(file('empty.json', []))).toThrow(/there is no destination in it/)
  })
})

test.each([
  ['package.json', { cds: { requires: { auth: 'principal' } } }],
  ['.cdsrc.json', { requires: { auth: 'principal' } }],
  ['cds env', { auth: 'principal' }]
])('--requires reads %s', (name, content) => {
  const { requires } = readConfiguration(file(`requires-${name}`, content))
  expect(requires).toEqual({ auth: 'principal' })
})

test('YAML is read as well', () => {
  expect(readFile('--mta', file('mta.yaml', 'modules:\n  - name: a\n'))).toEqual({
    modules: [{ name: 'a' }]
  })
})
