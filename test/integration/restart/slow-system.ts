import { EventEmitter, once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A system that answers when the test says so. */
export class SlowSystem {
  readonly #events = new EventEmitter()
  readonly #waiting: ServerResponse[] = []
  /** Paths of requests whose connection was lost before the answer. */
  readonly cut: string[] = []
  readonly #server = createServer((req, res) => {
    this.#waiting.push(res)
    res.once('close', () => {
      if (!res.writableFinished) this.cut.push(req.url ?? '')
    })
    this.#events.emit('asked')
  })

  static async start(): Promise<SlowSystem> {
    const system = new SlowSystem()
    system.#server.listen(0, '127.0.0.1')
    await once(system.#server, 'listening')
    return system
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when a request waits for its answer. */
  async asked(): Promise<void> {
    if (!this.#waiting.length) await once(this.#events, 'asked')
  }

  /** Answers all that wait. */
  answer(): void {
    for (const res of this.#waiting.splice(0)) {
      res.setHeader('content-type', 'application/json')
      res.end('{}')
    }
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
