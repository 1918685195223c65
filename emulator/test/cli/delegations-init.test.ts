import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { initDelegations, type InitOptions } from '../../src/cli/delegations-init.js'

interface Key {
  readonly kid: string
  readonly d: string
  readonly x5c: readonly string[]
}
interface Keys {
  readonly recordKeys: readonly Key[]
  readonly assertionKeys: readonly Key[]
}

let folder: string
let out: string
let printed: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'delegation-'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "@acme/Maintenance" }')
  out = join(folder, 'keys.json')
  printed = ''
  const add = (text: unknown) => {
    printed += String(text)
    return true
  }
  jest.spyOn(console, 'log').mockImplementation(add)
  jest.spyOn(process.stdout, 'write').mockImplementation(add)
})
afterEach(() => {
  jest.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const init = (options: Partial<InitOptions>) =>
  initDelegations({ project: folder, origin: 'delegation', days: '730', ...options })
const keysIn = (file = out) => JSON.parse(readFileSync(file, 'utf8')) as Keys

test('private keys go to a file for this user only, and not to the terminal', async () => {
  await init({ out })
  expect(statSync(out).mode & 0o777).toBe(0o600)
  const { recordKeys, assertionKeys } = keysIn()
  expect([recordKeys[0], assertionKeys[0]]).toEqual([
    expect.objectContaining({ kty: 'OKP', crv: 'Ed25519' }),
    expect.objectContaining({ kty: 'RSA', alg: 'RS256' })
  ])
  for (const { d } of [...recordKeys, ...assertionKeys]) expect(printed).not.toContain(d)
})

test('the steps name the SAP Credential Store, where the plugin looks by default, and lead back from it', async () => {
  await init({ out })
  expect(printed).toContain('cf create-service credstore standard credstore')
  expect(printed).toContain('"namespace_permissions":{"cds-principal":["read"]}')
  expect(printed).toMatch(/type Key: name "delegation-keys"/)
  expect(printed).toContain('"delegation-keys": { "kind": "credstore" }')
  const scripts = printed.replace(/\n.*?(?=f\.read)/, '').matchAll(/node -e '(const f=[^']+)'/g)
  const [encode = '', decode = ''] = [...scripts].map(([, script = '']) => script)
  execFileSync(process.execPath, ['-e', encode])
  expect(statSync(`${out}.base64`).mode & 0o777).toBe(0o600)
  const value = Buffer.from(readFileSync(`${out}.base64`, 'utf8'), 'base64').toString()
  expect(JSON.parse(value)).toEqual(keysIn())
  rmSync(out)
  execFileSync(process.execPath, ['-e', decode])
  expect(statSync(out).mode & 0o777).toBe(0o600)
  await init({ out, rotate: true })
  expect(keysIn().recordKeys).toEqual([
    ...(JSON.parse(value) as Keys).recordKeys,
    expect.anything()
  ])
})

test('the files for the platform have the public parts, and no more', async () => {
  await init({ out })
  const [{ kid, x5c, d } = {} as Key] = keysIn().assertionKeys
  const jwks = readFileSync(`${out}.jwks.json`, 'utf8')
  const metadata = readFileSync(`${out}.metadata.xml`, 'utf8')
  expect(JSON.parse(jwks)).toEqual({ keys: [expect.objectContaining({ kty: 'RSA', kid, x5c })] })
  expect(metadata).toContain('entityID="urn:acme-maintenance:delegation"')
  expect(metadata).toContain(x5c[0])
  for (const text of [jwks, metadata]) {
    expect(text).not.toContain(d)
    expect(text).not.toContain('"p"')
  }
})

test('every step of the set-up is printed, with the names', async () => {
  await init({ out, issuer: 'https://own.example', origin: 'queue', days: '10' })
  for (const text of [
    'cf create-user-provided-service',
    'kubectl',
    'Trust Configuration',
    'x_user_token'
  ]) {
    expect(printed).toContain(text)
  }
  expect(printed).toContain('"ias": { "issuer": "https://own.example" }')
  expect(printed).toContain('"origin": "queue"')
  expect(printed).toContain('not tried on BTP')
  const [der = ''] = keysIn().assertionKeys[0]!.x5c
  const { validTo } = new X509Certificate(Buffer.from(der, 'base64'))
  expect(Date.parse(validTo) - Date.now()).toBeLessThan(11 * 86_400_000)
})

test('a rotation has three steps: a second key, the first one, the only one', async () => {
  await init({ out })
  const kids = () => keysIn().assertionKeys.map(({ kid }) => kid)
  const [old] = kids()
  await init({ out, rotate: true })
  const [first, added] = kids()
  expect(first).toBe(old)
  await init({ out, rotate: true })
  expect(kids()).toEqual([added, old])
  expect(keysIn().recordKeys.map(({ kid }) => kid)).toEqual([added, old])
  await init({ out, rotate: true })
  expect(kids()).toEqual([added])
  expect(statSync(out).mode & 0o777).toBe(0o600)
})

test('on request, the keys are printed and nothing is written', async () => {
  await init({ stdout: true })
  expect((JSON.parse(printed) as Keys).recordKeys).toHaveLength(1)
  expect(() => statSync(out)).toThrow()
})

test.each<[string, Partial<InitOptions>, RegExp]>([
  ['neither file nor request', {}, /--out/],
  ['both', { out: 'x.json', stdout: true }, /--out/],
  ['days', { stdout: true, days: '0' }, /--days/]
])('refused: %s', async (_, options, message) => {
  await expect(init(options)).rejects.toThrow(message)
})

test('a file is not overwritten, and one without keys is not rotated', async () => {
  await init({ out })
  const before = readFileSync(out, 'utf8')
  await expect(init({ out })).rejects.toThrow(/is there already/)
  expect(readFileSync(out, 'utf8')).toBe(before)
  await expect(init({ out: join(folder, 'package.json'), rotate: true })).rejects.toThrow(
    /has no keys/
  )
})
