import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Emulator } from '../../../../emulator/src/index.js'
import { credentials } from '../../../../emulator/test/support/http.js'
import { GRANT_TYPES, identityCredentials } from '../../../../emulator/test/support/identity.js'
import { proxyOf, RESOURCE } from '../connectivity/proxy.js'
import { FidelityLandscape } from '../landscape.js'
import { describeWith } from '../oauth/runtime.js'

const run = promisify(execFile)

describeWith('curl', () => {
  let landscape: FidelityLandscape
  let emulator: Emulator
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-client-'))
  beforeAll(async () => {
    landscape = await FidelityLandscape.start({
      identity: {
        credentialType: 'X509_GENERATED',
        grantTypes: GRANT_TYPES,
        consumedServices: ['emulated-connectivity', 'destination']
      }
    })
    emulator = landscape.emulator
    const { certificate = '', key = '' } = identityCredentials(emulator)
    writeFileSync(join(folder, 'cert.pem'), certificate)
    writeFileSync(join(folder, 'key.pem'), key)
    writeFileSync(join(folder, 'ca.pem'), emulator.ca)
  })
  afterAll(async () => {
    await landscape.stop()
    rmSync(folder, { recursive: true })
  })

  const CERTIFICATE = ['--cert', 'cert.pem', '--key', 'key.pem']
  const curl = async (...args: string[]) => {
    const always = ['--silent', '--noproxy', '127.0.0.1,localhost', '--cacert', 'ca.pem']
    const { stdout } = await run('curl', [...always, ...args], { cwd: folder })
    return JSON.parse(stdout) as Record<string, unknown>
  }

  const token = async (form: Record<string, string>) => {
    const { url, clientid = '' } = identityCredentials(emulator)
    const all = Object.entries({ client_id: clientid, ...form })
    const data = all.flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
    return (await curl(...CERTIFICATE, ...data, `${url}/oauth2/token`)) as Record<string, string>
  }

  const instance = (service: 'connectivity' | 'destination') =>
    `urn:sap:identity:application:service:id:${emulator.vcapServices()[service][0]?.instance_guid}`

  const technical = { grant_type: 'client_credentials' }

  test('a token for the Connectivity proxy, technical and of a user', async () => {
    const resource = instance('connectivity')
    const assertion = await emulator.issueToken({ issuer: 'ias', user: 'alice' })
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    for (const [form, subject] of [
      [technical, null],
      [{ grant_type, assertion }, 'CN=alice@example.com']
    ] as const) {
      const { access_token } = await token({ ...form, resource })
      const header = `Proxy-Authorization: Bearer ${access_token}`
      const through = ['--proxy', proxyOf(emulator).url, '--proxy-header', header]
      expect(await curl(...through, RESOURCE)).toMatchObject({ subject })
    }
  })

  test('the Destination service, over mutual TLS only', async () => {
    const { uri } = credentials(emulator, 'destination')
    const url = `${uri}/destination-configuration/v1/subaccountDestinations/NO_AUTHENTICATION`
    for (const form of [technical, { ...technical, resource: instance('destination') }]) {
      const { access_token } = await token(form)
      const bearer = ['--header', `Authorization: Bearer ${access_token}`]
      expect(await curl(...CERTIFICATE, ...bearer, url)).toMatchObject({
        Name: 'NO_AUTHENTICATION'
      })
      expect(await curl(...bearer, url)).toMatchObject({ ErrorMessage: expect.anything() })
    }
  })

  test('a token for another service, and an instance that is not consumed', async () => {
    const { access_token } = await token({ ...technical, resource: instance('destination') })
    const proxy = ['--proxy', proxyOf(emulator).url, '--write-out', '{"status":%{http_code}}']
    const header = `Proxy-Authorization: Bearer ${access_token}`
    const refused = curl(...proxy, '--output', 'body', '--proxy-header', header, RESOURCE)
    expect(await refused).toEqual({ status: 407 })
    const resource = 'urn:sap:identity:application:service:id:other'
    expect(await token({ ...technical, resource })).toMatchObject({ error: 'invalid_target' })
  })
})
