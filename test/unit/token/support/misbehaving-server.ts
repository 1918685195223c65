import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** What a server does with a request. */
export type Behaviour = (req: IncomingMessage, res: ServerResponse) => unknown

/** Bytes that no key set has. */
export const HUGE = 200 * 1024 * 1024

/** Answers with a document, as a good server does. */
export function json(document: unknown): Behaviour {
  return (_, res) => res.end(JSON.stringify(document))
}

/** Everything that can go wrong with an answer. */
export const MISBEHAVIOURS = {
  hang: () => {},
  drip: async (_, res) => {
    while (!res.destroyed) {
      res.write(' ')
      await pause(20)
    }
  },
  'hang up': (req) => req.socket.destroy(),
  'hang up half-way': (req, res) => {
    res.setHeader('content-length', 100)
    res.write('{"keys":', () => req.socket.destroy())
  },
  'not HTTP': (req) => req.socket.end('garbage\r\n\r\n'),
  HTML: (_, res) => res.end('<html>sign in, secret-of-the-body</html>'),
  'a bare text': json('keys'),
  null: json(null),
  'a list': json([]),
  'keys of another kind': json({ keys: { kid: 'k' } }),
  'no keys': json({ keys: [] }),
  'garbage keys': json({ keys: [null, 1, 'x', [], {}, { kid: 'k' }, { kid: 'k', kty: 'RSA' }] }),
  'a broken encoding': (_, res) => res.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  'status 204': (_, res) => res.writeHead(204).end(),
  'status 404': (_, res) => res.writeHead(404).end('{"keys":[]}'),
  'status 500': (_, res) => res.writeHead(500).end('secret-of-the-body'),
  redirect: (_, res) => res.writeHead(302, { location: '/elsewhere' }).end(),
  '200 MB': (_, res) => pipeline(Readable.from(spaces()), res).catch(() => {}),
  '200 MB announced': (_, res) => {
    res.writeHead(200, { 'content-length': HUGE }).flushHeaders()
  },
  '200 MB compressed': (_, res) => {
    res.setHeader('content-encoding', 'gzip')
    res.end(BOMB)
  }
} satisfies Record<string, Behaviour>

function* spaces() {
  const chunk = Buffer.alloc(64 * 1024, ' ')
  for (let sent = 0; sent < HUGE; sent += chunk.length) yield chunk
}

const BOMB = gzipSync(Buffer.alloc(HUGE, ' '), { level: 1 })

/** A server on this machine that does what it is told. */
export class MisbehavingServer {
  behaviour: Behaviour = json({})
  /** Paths that were asked for. */
  readonly requests: string[] = []
  /** Bytes that went out. */
  sent = 0
  readonly #server = createServer((req, res) => {
    this.requests.push(req.url ?? '')
    res.on('close', () => (this.sent += req.socket.bytesWritten))
    void this.behaviour(req, res)
  })

  static async start(): Promise<MisbehavingServer> {
    const server = new MisbehavingServer()
    await once(server.#server.listen(0, '127.0.0.1'), 'listening')
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets what was asked for. */
  reset(behaviour: Behaviour): void {
    this.behaviour = behaviour
    this.requests.length = 0
    this.sent = 0
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}
