import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import type { Emulator } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { tokenOf } from '../../support/password-grant.js'
import { type Sample, startSample } from '../../support/sample.js'
import { ReadinessProxy } from './readiness-proxy.js'

/** Milliseconds that the remote system takes, and that one of twenty calls takes. */
const LATENCY = 100
const LONG = 2_000

const CLIENTS = 6

/** Figures of some restarts under load. */
export interface Figures {
  requests: number
  /** Outcomes other than 200: a status, or the code of an error. */
  readonly failed: string[]
  /** Writes that the client sent, and that the remote system got. */
  written: number
  received: number
  /** Milliseconds that each instance took to end. */
  readonly ends: number[]
}

/** Replaces instances one after the other while clients send requests. @param restart - `cds.requires.auth.restart` */
export async function rollingRestarts(
  restarts: number,
  restart: object | false,
  readyPath: string
): Promise<Figures> {
  const figures: Figures = { requests: 0, failed: [], written: 0, received: 0, ends: [] }
  const system = await startSystem(figures)
  const emulator = await startLandscape({
    destinations: {
      SLOW: { URL: system.url, ProxyType: 'Internet', Authentication: 'NoAuthentication' }
    }
  })
  const proxy = await ReadinessProxy.start(readyPath)
  const instances = [await startInstance(emulator, restart), await startInstance(emulator, restart)]
  let isOver = false
  try {
    for (const { url } of instances) await proxy.add(url)
    const authorization = `Bearer ${await tokenOf(emulator, 'alice')}`
    const load = Array.from({ length: CLIENTS }, () =>
      sendRequests(proxy.url, authorization, figures, () => isOver)
    )
    for (let count = 0; count < restarts; count++) {
      const next = await startInstance(emulator, restart)
      await proxy.add(next.url)
      const old = instances.shift() as Sample
      instances.push(next)
      const start = performance.now()
      await old.terminate()
      figures.ends.push(Math.round(performance.now() - start))
      await old.stop()
      proxy.remove(old.url)
    }
    isOver = true
    await Promise.all(load)
    return figures
  } finally {
    isOver = true
    proxy.stop()
    await Promise.all(instances.map((each) => each.stop()))
    await emulator.stop()
    system.stop()
  }
}

function startInstance(emulator: Emulator, restart: object | false): Promise<Sample> {
  return startSample({
    emulator,
    extra: join(__dirname, 'app'),
    requires: {
      auth: { restart },
      SLOW: { kind: 'rest', credentials: { destination: 'SLOW' }, onBehalfOf: 'systemUser' }
    }
  })
}

async function startSystem(figures: Figures) {
  let count = 0
  const server = createServer((req, res) => {
    if (req.method === 'POST') figures.received++
    const answer = () => res.setHeader('content-type', 'application/json').end('{}')
    setTimeout(answer, count++ % 20 === 0 ? LONG : LATENCY)
  })
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

/** Sends one request after the other, every third a write, over one connection that is kept. */
async function sendRequests(
  url: string,
  authorization: string,
  figures: Figures,
  isOver: () => boolean
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; !isOver(); count++) {
    const isWrite = count % 3 === 0
    const outcome = await send(url, isWrite, authorization, agent)
    figures.requests++
    if (isWrite) figures.written++
    if (outcome !== '200') figures.failed.push(outcome)
  }
  agent.destroy()
}

function send(url: string, isWrite: boolean, authorization: string, agent: Agent): Promise<string> {
  const path = `/odata/v4/restart/${isWrite ? 'write' : 'call()'}`
  const headers = { authorization, 'content-type': 'application/json' }
  const options = { method: isWrite ? 'POST' : 'GET', path, headers, agent }
  return new Promise((done) => {
    const failed = ({ code = 'lost' }: NodeJS.ErrnoException) => {
      done(code)
    }
    const req = request(url, options, (res) => {
      text(res).then(() => {
        done(String(res.statusCode))
      }, failed)
    })
    req.on('error', failed).end(isWrite ? '{}' : undefined)
  })
}
