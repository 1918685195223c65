import { Agent, request } from 'node:https'

import type { ServiceBinding, VcapServices } from '../../../emulator/src/types.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'

/** What becomes of a request to a service of the platform. */
export type Outage = 'error' | 'reset' | 'slow'

/** Stands in front of an emulated service of the platform, and lets some requests fail. */
export class ServiceRelay {
  readonly #server: HttpsServer
  readonly #agent: Agent
  #outages: Outage[] = []

  private constructor(server: HttpsServer, agent: Agent) {
    this.#server = server
    this.#agent = agent
  }

  static async start(target: string, ca: string): Promise<ServiceRelay> {
    const { hostname: host, port } = new URL(target)
    const agent = new Agent({ keepAlive: true, ca })
    const server = await startHttpsServer((req, res) => {
      const outage = relay.#outages.shift()
      if (outage === 'reset') return void req.socket.destroy()
      if (outage === 'error') {
        req.resume()
        return void res.writeHead(503, { 'content-type': 'text/plain' }).end('try again later')
      }
      const headers = { ...req.headers, host: `${host}:${port}` }
      const { method, url: path } = req
      const forward = () => {
        const upstream = request({ host, port, method, path, headers, agent }, (answer) => {
          res.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(res)
        })
        upstream.on('error', () => res.destroy())
        req.pipe(upstream)
      }
      if (outage === 'slow') setTimeout(forward, 500)
      else forward()
    })
    const relay = new ServiceRelay(server, agent)
    return relay
  }

  get url(): string {
    return this.#server.url
  }

  get ca(): string {
    return this.#server.ca
  }

  /** The next requests fail like that, one each. Nothing is left of earlier ones. */
  fail(outages: readonly Outage[]): void {
    this.#outages = [...outages]
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await this.#server.stop()
  }
}

/** Bindings whose services are reached through others: tokens, the Destination service, the Connectivity proxy. */
export function throughRelays(
  vcap: VcapServices,
  xsuaa: ServiceRelay,
  destination: ServiceRelay,
  proxyPort?: number
): VcapServices {
  const { url } = xsuaa
  const tokens = { url, uaadomain: new URL(url).host, token_service_url: url }
  const port = proxyPort === undefined ? undefined : String(proxyPort)
  const proxy = port ? { onpremise_proxy_http_port: port, onpremise_proxy_port: port } : {}
  const through = (binding: ServiceBinding, credentials: object): ServiceBinding => ({
    ...binding,
    credentials: { ...binding.credentials, ...tokens, ...credentials }
  })
  return {
    ...vcap,
    destination: vcap.destination.map((each) => through(each, { uri: destination.url })),
    connectivity: vcap.connectivity.map((each) => through(each, proxy))
  }
}
