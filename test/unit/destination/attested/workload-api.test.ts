import { type ServerWritableStream, status } from '@grpc/grpc-js'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { createServer } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { fetchSvid } from '../../../../src/destination/attested/workload-api.js'
import { type Authority, createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { startAgent, type Svid } from '../../../../emulator/test/support/workload-api.js'

type Call = ServerWritableStream<
  object,
  { svids: Svid[]; federated_bundles?: object; crl?: Buffer[] }
>

let authority: Authority
let svids: Svid[]
beforeAll(async () => {
  authority = await createAuthority('CN=agent')
  svids = await Promise.all(['first', 'second'].map(svid))
})

/** With the authority's own certificate behind it, as a chain has it. */
async function svid(name: string): Promise<Svid> {
  const spiffe_id = `spiffe://example.org/${name}`
  const { cert, key } = await authority.issue({
    subject: [{ CN: [name] }],
    usage: 'client',
    hosts: [{ type: 'url', value: spiffe_id }],
    validMs: 3600_000
  })
  const chain = [cert, authority.cert].map((pem) => new X509Certificate(pem).raw)
  return {
    spiffe_id,
    x509_svid: Buffer.concat(chain),
    x509_svid_key: createPrivateKey(key).export({ format: 'der', type: 'pkcs8' }),
    bundle: new X509Certificate(authority.cert).raw
  }
}

/** What is fetched from an agent of `@grpc/grpc-js`, and how often the agent was asked. */
async function fetchedFrom(FetchX509SVID: (call: Call) => void) {
  const agent = await startAgent({ FetchX509SVID })
  try {
    return await fetchSvid(agent.address.replace('unix://', ''))
  } finally {
    agent.stop()
  }
}

test("the first certificate is the workload's, with its chain and the key of it", async () => {
  const { certificate, key } = await fetchedFrom((call) => call.write({ svids }))
  const pems = certificate.match(/-----BEGIN[^]+?END CERTIFICATE-----/g) ?? []
  const chain = pems.map((pem) => new X509Certificate(pem))
  expect(chain.map(({ subject }) => subject)).toEqual(['CN=first', 'CN=agent'])
  expect(chain[0]?.subjectAltName).toBe('URI:spiffe://example.org/first')
  const own = createPublicKey(createPrivateKey(key)).export({ format: 'der', type: 'spki' })
  expect(chain[0]?.publicKey.export({ format: 'der', type: 'spki' })).toEqual(own)
})

test('other fields, also large ones, are skipped', async () => {
  const federated_bundles = { 'spiffe://other.example': Buffer.alloc(20_000, 1) }
  const message = { crl: [Buffer.alloc(3)], federated_bundles, svids }
  const { certificate } = await fetchedFrom((call) => call.write(message))
  expect(new X509Certificate(certificate).subject).toBe('CN=first')
})

test('an agent asks for the header that no browser can send', async () => {
  let header: unknown
  await fetchedFrom((call) => {
    header = call.metadata.get('workload.spiffe.io')
    call.write({ svids })
  })
  expect(header).toEqual(['true'])
})

test('an answer that comes late counts', async () => {
  const { certificate } = await fetchedFrom((call) => {
    setTimeout(() => call.write({ svids: svids.slice(1) }), 50)
  })
  expect(new X509Certificate(certificate).subject).toBe('CN=second')
})

test.each<[string, (call: Call) => void, RegExp]>([
  [
    'a workload that is not known',
    (call) => call.emit('error', { code: status.PERMISSION_DENIED }),
    /no certificate is issued to this workload \(PERMISSION_DENIED\)/
  ],
  [
    'an agent that is not ready',
    (call) => call.emit('error', { code: status.UNAVAILABLE }),
    /UNAVAILABLE/
  ],
  ['another refusal', (call) => call.emit('error', { code: status.INTERNAL }), /gRPC status 13/],
  ['no certificate in the answer', (call) => call.write({ svids: [] }), /no certificate is issued/],
  [
    'a certificate without key',
    (call) => call.write({ svids: [{ ...svids[0]!, x509_svid_key: Buffer.alloc(0) }] }),
    /no certificate is issued/
  ],
  [
    'a certificate that is cut off',
    (call) =>
      call.write({ svids: [{ ...svids[0]!, x509_svid: svids[0]!.x509_svid.subarray(0, 99) }] }),
    /cut off/
  ],
  ['no answer at the end', (call) => call.end(), /gRPC status 0|closed/]
])('%s: an error that says so', async (_, answer, message) => {
  await expect(fetchedFrom(answer)).rejects.toThrow(message)
})

test('an agent that never answers is not waited for', async () => {
  jest.useFakeTimers({ now: Date.now(), doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
  try {
    const failed = expect(fetchedFrom(() => jest.advanceTimersByTime(10_000))).rejects
    await failed.toThrow(/no answer within 10 seconds/)
  } finally {
    jest.useRealTimers()
  }
})

test('nobody there', async () => {
  await expect(fetchSvid('/nowhere/api.sock')).rejects.toThrow(/ENOENT/)
})

test('somebody who speaks no HTTP/2', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-agent-'))
  const path = join(folder, 'api.sock')
  const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>((done) => server.listen(path, done))
  await expect(fetchSvid(path)).rejects.toThrow()
  await new Promise((done) => server.close(done))
  rmSync(folder, { recursive: true, force: true })
})
