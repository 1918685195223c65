import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { S4System } from '../s4-mock/s4-system.js'

/** The S/4 mock behind plain HTTP, always as the same user. */
export interface S4Proxy {
  readonly url: string
  /** How many requests have tried to change something. */
  changes(): Promise<number>
  stop(): Promise<void>
}

export async function startS4(): Promise<S4Proxy> {
  const system = await S4System.start()
  const server = createServer((req, res) => {
    void (async () => {
      const body = (await text(req)) || undefined
      const path = (req.url ?? '').replace(/^\//, '')
      const answer = await system.as('alice', req.method ?? '', path, {
        headers: endToEnd(req.headers),
        body
      })
      res.writeHead(answer.status, endToEnd(answer.headers)).end(answer.text)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes: async () =>
      (await system.audit()).filter(({ method }) => method !== 'GET' && method !== 'HEAD').length,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await system.stop()
    }
  }
}

function endToEnd(headers: IncomingHttpHeaders): Record<string, string> {
  const hop = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']
  const entries = Object.entries(headers).filter(([name]) => !hop.includes(name))
  return Object.fromEntries(entries) as Record<string, string>
}
