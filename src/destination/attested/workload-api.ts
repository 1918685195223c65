import { connect, type ClientHttp2Stream } from 'node:http2'
import { connect as connectSocket } from 'node:net'

import { readSvid, type WorkloadCertificate } from './svid.js'

const METHOD = '/SpiffeWorkloadAPI/FetchX509SVID'

/** An empty message: not compressed, no bytes. */
const EMPTY = Buffer.alloc(5)

const DEADLINE = 10_000
const MAX_BYTES = 256 * 1024

/** Codes of gRPC, as far as they say what to do. */
const STATUS: Readonly<Record<string, string>> = {
  '7': 'no certificate is issued to this workload (PERMISSION_DENIED)',
  '14': 'the agent is not available (UNAVAILABLE)'
}

/**
 * Fetches the certificate that the agent of a SPIFFE implementation issues to this workload: gRPC over a Unix socket, of which
 * the first message is enough.
 *
 * @param socket - path of the socket
 * @throws Error when there is none in time; its text has no secret
 * @see SPIFFE Workload API and SPIFFE Workload Endpoint
 * @internal
 */
export async function fetchSvid(socket: string): Promise<WorkloadCertificate> {
  const session = connect('http://localhost', { createConnection: () => connectSocket(socket) })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<WorkloadCertificate>((done, fail) => {
      timer = setTimeout(fail, DEADLINE, new Error(`no answer within ${DEADLINE / 1000} seconds`))
      session.on('error', fail)
      session.on('close', () => {
        fail(new Error('the agent has closed the connection'))
      })
      const stream = session.request({
        ':method': 'POST',
        ':path': METHOD,
        'content-type': 'application/grpc',
        te: 'trailers',
        'workload.spiffe.io': 'true'
      })
      firstMessage(stream)
        .then((message) => done(readSvid(message)))
        .catch(fail)
      stream.end(EMPTY)
    })
  } finally {
    clearTimeout(timer)
    session.destroy()
  }
}

function firstMessage(stream: ClientHttp2Stream): Promise<Buffer> {
  return new Promise((done, fail) => {
    let received = Buffer.alloc(0)
    stream.on('response', (headers) => {
      const { ':status': status, 'grpc-status': code } = headers
      if (status !== 200) fail(new Error(`status ${String(status)}`))
      else if (code !== undefined) fail(refusal(String(code)))
    })
    stream.on('trailers', ({ 'grpc-status': code }) => {
      fail(refusal(String(code)))
    })
    stream.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const size = received.length < 5 ? 0 : received.readUInt32BE(1)
      if (received[0] || size > MAX_BYTES) fail(new Error('the answer is compressed, or too large'))
      else if (received.length >= 5 && received.length >= 5 + size) {
        done(received.subarray(5, 5 + size))
      }
    })
    stream.on('error', fail)
  })
}

const refusal = (code: string) => new Error(STATUS[code] ?? `gRPC status ${code}`)
