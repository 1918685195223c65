import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startEmulator, type Emulator } from '../../src/index.js'
import { credentials, send } from '../support/http.js'
import { users, xsSecurity } from '../support/maintenance.js'

const TARGET = {
  URL: 'https://x.example',
  Authentication: 'ClientCertificateAuthentication',
  KeyStoreLocation: 'client.p12'
}
const CLIENT = { Name: 'client.p12', Content: 'AQID', Type: 'CERTIFICATE' }

let root: string
let emulator: Emulator
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-stores-'))
  writeFileSync(join(root, 'client.p12'), Buffer.from([1, 2, 3]))
  emulator = await startEmulator({
    root,
    users,
    xsSecurity,
    destinations: { CERTIFICATE: TARGET, NONE: { ...TARGET, KeyStoreLocation: 'missing.p12' } },
    tenants: { other: { destinations: {} } }
  })
})
afterAll(async () => {
  await emulator.stop()
  rmSync(root, { recursive: true })
})

async function get(path: string, tenant?: string) {
  const token = await emulator.issueToken({ client: 'destination', ...(tenant && { tenant }) })
  const { uri } = credentials(emulator, 'destination')
  const headers = { authorization: `Bearer ${token}` }
  const url = `${uri}/destination-configuration/v1/${path}`
  const { status, body } = await send(url, { ca: emulator.ca, headers })
  return { status, body }
}

it('a key store comes along with the destination, unless only the configuration is asked for', async () => {
  const { body } = await get('destinations/CERTIFICATE')
  expect(body).toMatchObject({ certificates: [CLIENT] })
  expect(body).not.toHaveProperty('authTokens')
  expect((await get('destinations/NONE')).body).toMatchObject({ certificates: [] })
  const configuration = await get('destinations/CERTIFICATE?$skipTokenRetrieval=true')
  expect(configuration.body).not.toHaveProperty('certificates')
})

it('certificates by level and tenant', async () => {
  expect(await get('subaccountCertificates/client.p12')).toEqual({ status: 200, body: CLIENT })
  expect(await get('subaccountCertificates')).toEqual({ status: 200, body: [CLIENT] })
  expect(await get('instanceCertificates')).toEqual({ status: 200, body: [] })
  expect((await get('subaccountCertificates/missing.p12')).status).toBe(404)
  expect((await get('instanceCertificates/client.p12')).status).toBe(404)
  expect((await get('subaccountCertificates/..%2Fclient.p12')).status).toBe(404)
  expect((await get('subaccountCertificates/client.p12', 'other')).status).toBe(404)
})

it.each(['..', 'certificates/client.p12', '../secret.p12', '/etc/hostname', 'a\\b.p12'])(
  '%s is no name of a file',
  async (KeyStoreLocation) => {
    const destinations = { CERTIFICATE: { ...TARGET, KeyStoreLocation } }
    await expect(startEmulator({ root, users, xsSecurity, destinations })).rejects.toMatchObject({
      code: 'ERR_EMULATOR_OPTIONS',
      message: expect.stringContaining('destinations.CERTIFICATE.KeyStoreLocation')
    })
  }
)
