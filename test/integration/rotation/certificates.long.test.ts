import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Emulator } from '../../../emulator/src/index.js'
import { client } from '../../support/client.js'
import { exchangeDescriptor } from '../../support/descriptor.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, startSample } from '../../support/sample.js'
import { TokenBackend } from '../destination-types/token-backend.js'

/** Seconds that a certificate is valid, and certificates whose lives the application lives through. */
const VALIDITY = 20
const LIVES = 3
/** Milliseconds between two calls. */
const PACE = 250

let backend: TokenBackend
let emulator: Emulator
let folder: string
let sample: Sample | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  backend = await TokenBackend.start()
  emulator = await startLandscape({
    users: { alice: { roles: ['Technician', 'Token_Exchange'] } },
    xsSecurity: exchangeDescriptor(),
    identity: true,
    destinations: {
      EXCHANGING: {
        ...{ URL: backend.url, Authentication: 'OAuth2JWTBearer' },
        clientId: 'sb-maintenance!t1'
      }
    },
    credentialTypes: { xsuaa: 'x509', destination: 'x509', connectivity: 'x509' },
    bindingCertificateValidityInSec: VALIDITY
  })
  backend.trust(emulator)
})
afterAll(async () => {
  await sample?.stop()
  await emulator.stop()
  await backend.stop()
  rmSync(folder, { recursive: true })
})

/** Calls the system as alice with a new token of Identity Authentication, which the application exchanges at XSUAA with its own certificate. */
async function call({ url }: Sample, service: string): Promise<string> {
  const api = client(url, `Bearer ${await emulator.issueToken({ issuer: 'ias', user: 'alice' })}`)
  try {
    const { status, body } = await api.get(`/odata/v4/relay/call(service='${service}')`)
    const seen = JSON.parse(body.value as unknown as string) as { user?: string; code?: string }
    return seen.user ?? seen.code ?? String(status)
  } finally {
    api.close()
  }
}

/** Writes the binding of a reuse service, which has its client in a property: here, that of the application. @param name - a "flat" one has no metadata */
function mountReuse(name: 'reuse' | 'flat'): void {
  const [{ credentials } = {}] = emulator.vcapServices().xsuaa
  const binding = join(folder, name)
  mkdirSync(binding, { recursive: true })
  const files = {
    type: 'reuse',
    label: 'reuse',
    url: backend.url,
    uaa: JSON.stringify(credentials)
  }
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(binding, `.${file}`), content)
    renameSync(join(binding, `.${file}`), join(binding, file))
  }
  if (name === 'flat') return
  const property = (name: string, format = 'text') => ({ name, format })
  const metadata = {
    metaDataProperties: [property('type'), property('label')],
    credentialProperties: [property('url'), property('uaa', 'json')]
  }
  writeFileSync(join(binding, '.metadata'), JSON.stringify(metadata))
}

test(`certificates of ${String(VALIDITY)} s in files: no call is refused in the lives of ${String(LIVES)}`, async () => {
  emulator.mountBindings(folder)
  mountReuse('reuse')
  mountReuse('flat')
  const [bound] = emulator.vcapServices().destination
  const first = new X509Certificate(String(bound?.credentials['certificate']))
  sample = await startSample({
    ...{ emulator, ca: backend.ca, extra: join(__dirname, '../destination-types/app') },
    env: { VCAP_SERVICES: undefined, SERVICE_BINDING_ROOT: folder },
    requires: {
      identity: { vcap: { label: 'identity' } },
      REUSE: { kind: 'rest', vcap: { label: 'reuse' }, onBehalfOf: 'namedUser' },
      FLAT: { kind: 'rest', vcap: { name: 'flat' }, onBehalfOf: 'namedUser' },
      EXCHANGING: {
        ...{ kind: 'rest', credentials: { destination: 'EXCHANGING' } },
        destinationOptions: { iasToXsuaaTokenExchange: true }
      }
    }
  })
  const seen = new Set<string>()
  const before = exchanges()
  const end = Date.now() + LIVES * VALIDITY * 1000
  let calls = 0
  // a busy machine takes more time for as many calls
  for (; Date.now() < end || calls <= LIVES * VALIDITY; calls++) {
    for (const each of ['reuse', 'flat'] as const) mountReuse(each)
    for (const each of ['EXCHANGING', 'REUSE', 'FLAT']) seen.add(await call(sample, each))
    await pause(PACE)
  }
  expect([...seen]).toEqual(['alice'])
  expect(calls).toBeGreaterThan(LIVES * VALIDITY)
  // each call has needed the certificate, and the first one is over
  expect(exchanges() - before).toBeGreaterThanOrEqual(Math.min(calls, 300))
  expect(first.validToDate.getTime()).toBeLessThan(Date.now())
}, 300_000)

/** Exchanges of a user's token by the application that have succeeded, of the last 1000 requests. */
function exchanges(): number {
  const granted = emulator.requests('xsuaa').filter(({ status }) => status === 200)
  return granted.filter(({ grant }) => grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    .length
}
