import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authority } from '../certificates/authority.js'
import { message } from './protocol-buffers.js'

/** The agent of the Zero Trust Identity service beside the application. */
export interface WorkloadApi {
  /** Value of `SPIFFE_ENDPOINT_SOCKET`. */
  readonly address: string
  close(): Promise<void>
}

/** Milliseconds that a certificate is valid; half of it later the next one is issued. */
const VALID_MS = 3600_000

const METHOD = '/SpiffeWorkloadAPI/FetchX509SVID'

/** Codes of gRPC. */
const INVALID_ARGUMENT = 3
const UNIMPLEMENTED = 12

/**
 * Starts the SPIFFE Workload API on a Unix socket in a folder that only this user can open: keys are in no file.
 *
 * @param spiffeId - of the application
 * @param authority - of client certificates
 * @see SPIFFE Workload API, sections 5.1 and 5.2; SPIFFE Workload Endpoint
 */
export async function startWorkloadApi(
  spiffeId: string,
  authority: Authority
): Promise<WorkloadApi> {
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-workload-'))
  const path = join(folder, 'api.sock')
  const server = createServer()
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined) // a client that has what it needs goes away
    if (headers[':path'] !== METHOD) return refuse(stream, UNIMPLEMENTED)
    if (headers['workload.spiffe.io'] !== 'true') return refuse(stream, INVALID_ARGUMENT)
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
    const send = () => {
      issue(spiffeId, authority).then(
        (frame) => stream.write(frame),
        () => stream.close()
      )
    }
    const timer = setInterval(send, VALID_MS / 2).unref()
    stream.on('close', () => clearInterval(timer))
    send()
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(path, done)
  })
  return {
    address: `unix://${path}`,
    close: async () => {
      for (const session of sessions) session.destroy()
      await new Promise((done) => server.close(done))
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Refuses a request without a message: the status is among the headers. */
function refuse(stream: ServerHttp2Stream, code: number): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code }
  stream.respond(headers, { endStream: true })
}

/** Issues a new certificate, and returns `X509SVIDResponse` in the frame of a message that is not compressed. */
async function issue(spiffeId: string, authority: Authority): Promise<Buffer> {
  const { cert, key } = await authority.issue({
    subject: [{ O: ['SPIRE'] }, { CN: ['workload'] }],
    usage: 'client',
    hosts: [{ type: 'url', value: spiffeId }],
    validMs: VALID_MS
  })
  const der = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' })
  const svid = message([
    [1, Buffer.from(spiffeId)],
    [2, new X509Certificate(cert).raw],
    [3, der],
    [4, new X509Certificate(authority.cert).raw]
  ])
  const content = message([[1, svid]])
  const head = Buffer.alloc(5)
  head.writeUInt32BE(content.length, 1)
  return Buffer.concat([head, content])
}
