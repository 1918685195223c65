import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { fingerprintOf } from '../../src/process/fingerprint.js'
import type { LocatedOptions } from '../../src/types.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fingerprint-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, content: string): void {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

const system = (options: object) => ({ onPremise: { 's4.internal:443': options } })
const destination = (properties: object) => ({ destinations: { S4: properties } })

test.each<[string, string, object]>([
  ['xs-security.json', 'xs-security.json', {}],
  [
    'the descriptor of another application',
    'o.json',
    { applications: { o: { xsSecurity: 'o.json' } } }
  ],
  ['a backend module', 's4.js', system({ backend: 's4.js' })],
  ['an EDMX file', 'srv/a.edmx', system({ edmx: ['srv/a.edmx'] })],
  ['an EDMX file with a path', 'a.edmx', system({ edmx: [{ file: 'a.edmx', path: '/a' }] })],
  ['data', 'data/more/A.csv', system({ edmx: [], data: 'data' })],
  ['rules', 'authority.txt', system({ edmx: [], rules: 'authority.txt' })],
  ['a key store', 'key.p12', destination({ KeyStoreLocation: 'key.p12' })],
  [
    'a trust store of a subscriber',
    'ca.pem',
    { tenants: { t1: destination({ TrustStoreLocation: 'ca.pem' }) } }
  ],
  ['a system of a subscriber', 's4.js', { tenants: { t1: system({ backend: 's4.js' }) } }],
  [
    'a system behind another Cloud Connector',
    's4.js',
    { cloudConnectors: { b: { 's4:1': { backend: 's4.js' } } } }
  ],
  [
    'a certificate of an identity provider',
    'idp.pem',
    { trust: { idp: { certificate: ['idp.pem'] } } }
  ]
])('changes with %s', (_, file, options) => {
  const fingerprint = () => fingerprintOf({ ...options, root })
  write('other.json', '1')
  const without = fingerprint()
  write(file, 'one')
  const first = fingerprint()
  expect(first).not.toBe(without)
  write('other.json', '2')
  expect(fingerprint()).toBe(first)
  write(file, 'two, and longer')
  const second = fingerprint()
  expect(second).not.toBe(first)
  expect(fingerprint()).toBe(second)
})

test('changes with the time of a file whose size stays', () => {
  write('s4.js', 'one')
  const options = { root, ...system({ backend: 's4.js' }) } as LocatedOptions
  const first = fingerprintOf(options)
  write('s4.js', 'two')
  utimesSync(join(root, 's4.js'), 1, 1)
  expect(fingerprintOf(options)).not.toBe(first)
})

test('options that are wrong are left to the start, which names them', () => {
  const wrong = {
    ...system({ edmx: 'a.edmx', rules: 'alice: all'.repeat(1000) }),
    destinations: { S4: null }
  }
  expect(fingerprintOf({ ...wrong, root } as unknown as LocatedOptions)).toMatch(/^\w{64}$/)
})
