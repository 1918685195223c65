import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'

import { requireNative } from '../../../src/lib/lazy.js'

/** Milliseconds between two probes, as of a platform in a hurry. */
const PERIOD = 200

interface Instance {
  readonly url: string
  isReady: boolean
}

/**
 * A proxy in front of instances, as a platform has one: it asks each of them whether it is ready, and sends requests in turn to those that
 * are. It keeps connections, and repeats nothing.
 */
export class ReadinessProxy {
  readonly #instances: Instance[] = []
  readonly #agent = new Agent({ keepAlive: true })
  readonly #path: string
  readonly #server = createServer()
  #timer: NodeJS.Timeout | undefined
  #turn = 0

  private constructor(path: string) {
    this.#path = path
  }

  /** @param path - of the readiness endpoint */
  static async start(path: string): Promise<ReadinessProxy> {
    // jest loads no ES modules by itself
    const { createProxyServer } = requireNative('httpxy') as typeof import('httpxy')
    const own = new ReadinessProxy(path)
    const proxy = createProxyServer({})
    own.#server.on('request', (req, res) => {
      const ready = own.#instances.filter(({ isReady }) => isReady)
      const instance = ready[own.#turn++ % ready.length]
      if (!instance) return void res.writeHead(503).end()
      proxy.web(req, res, { target: instance.url, agent: own.#agent }).catch(() => {
        if (res.headersSent) res.destroy()
        else res.writeHead(502).end()
      })
    })
    own.#server.listen(0, '127.0.0.1')
    await once(own.#server, 'listening')
    own.#timer = setInterval(() => void own.#probeAll(), PERIOD)
    return own
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Adds an instance, and resolves when it is ready. */
  async add(url: string): Promise<void> {
    const instance = { url, isReady: false }
    this.#instances.push(instance)
    while (!instance.isReady) {
      await this.#probe(instance)
      await new Promise((done) => setTimeout(done, PERIOD))
    }
  }

  remove(url: string): void {
    const found = this.#instances.findIndex((each) => each.url === url)
    if (found >= 0) this.#instances.splice(found, 1)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#agent.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #probeAll(): Promise<void> {
    await Promise.all(this.#instances.map((each) => this.#probe(each)))
  }

  #probe(instance: Instance): Promise<void> {
    return new Promise((done) => {
      const settle = (isReady: boolean) => {
        instance.isReady = isReady
        done()
      }
      const req = get(instance.url + this.#path, { agent: false }, (res) => {
        res.resume()
        settle(res.statusCode === 200)
      })
      req.on('error', () => {
        settle(false)
      })
    })
  }
}
