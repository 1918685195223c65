import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { thumbprint } from '../../src/http/client-certificate.js'
import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf, credentials, send } from '../support/http.js'

const load = createRequire(__filename)
const serviceBindings = load('@sap/cds/lib/env/serviceBindings') as (
  root: string
) => Record<string, { credentials: object }[]>

const options = {
  root: __dirname,
  users: { alice: {} },
  xsSecurity: { xsappname: 'app', 'oauth2-configuration': { 'credential-types': ['x509'] } },
  identity: { credentialType: 'X509_GENERATED' as const }
}

let emulator: Emulator
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rotation-'))
  emulator = await startEmulator(options)
})
afterEach(async () => {
  await emulator.stop()
  rmSync(folder, { recursive: true })
})

type Credentials = Readonly<Record<string, string>>

const identity = () => emulator.vcapServices().identity?.[0]?.credentials as Credentials

/** Asks for a token with the certificate of these credentials. */
function logOn({ clientid = '', certificate = '', key = '', ...binding }: Credentials) {
  const url = binding['certurl'] ?? binding['url'] ?? ''
  const path = binding['app_tid'] ? '/oauth2/token' : '/oauth/token'
  const form = { client_id: clientid, grant_type: 'client_credentials' }
  return send(url + path, {
    ...{ method: 'POST', ca: emulator.ca, cert: certificate, key },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString()
  })
}

test.each([
  ['XSUAA', () => credentials(emulator)],
  ['Identity Authentication', identity]
])('%s: the next certificate and the former one, to which tokens are bound', async (_, binding) => {
  const former = binding()
  await emulator.rotateCertificates()
  const next = binding()
  expect(next['clientid']).toBe(former['clientid'])
  expect(next['certificate']).not.toBe(former['certificate'])
  for (const each of [former, next]) {
    const { status, body } = await logOn(each)
    expect(status).toBe(200)
    const bound = { 'x5t#S256': thumbprint(each['certificate'] ?? '') }
    expect(claimsOf(body.access_token).cnf).toEqual(bound)
  }
  await emulator.rotateCertificates({ keepFormer: false })
  expect((await logOn(next)).status).toBe(401)
  expect((await logOn(binding())).status).toBe(200)
})

test.each([86_400, -86_400])(
  'rotation after the clock of the landscape has moved by %i seconds: TLS goes by the clock of the machine',
  async (seconds) => {
    emulator.advanceTime(seconds)
    await emulator.rotateCertificates()
    for (const binding of [credentials(emulator), identity()]) {
      expect((await logOn(binding)).status).toBe(200)
    }
  }
)

test('mounted bindings are links, which one step replaces, and they are gone in the end', async () => {
  const root = join(folder, 'bindings')
  emulator.mountBindings(root)
  const name = emulator.vcapServices().xsuaa[0]?.name ?? ''
  const read = () =>
    Object.fromEntries(
      Object.entries(serviceBindings(root)).map(([label, [binding]]) => [
        label,
        binding?.credentials
      ])
    )
  const bound = () =>
    Object.fromEntries(
      Object.entries(emulator.vcapServices()).map(([label, [binding]]) => [
        label,
        (binding as { credentials: object }).credentials
      ])
    )
  expect(read()).toEqual(bound())
  const former = readFileSync(join(root, name, 'certificate'), 'utf8')
  await emulator.rotateCertificates()
  expect(read()).toEqual(bound())
  expect(readFileSync(join(root, name, 'certificate'), 'utf8')).not.toBe(former)
  const versions = readdirSync(join(root, name)).filter((file) => file.startsWith('..'))
  expect(versions).toEqual(['..data', '..v2'])
  expect(lstatSync(join(root, name, 'key')).isSymbolicLink()).toBe(true)
  await emulator.stop()
  expect(existsSync(join(root, name))).toBe(false)
})

test.each([4, 2_592_001, 7.5, '60'])('a validity of %p stops the start', async (value) => {
  const start = startEmulator({ ...options, bindingCertificateValidityInSec: value as number })
  await expect(start).rejects.toThrow(
    'bindingCertificateValidityInSec must be a whole number from 5 to 2592000'
  )
})
