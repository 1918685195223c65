import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { changeDocuments } from '../../../srv/external/s4/change-documents.js'
import type { Gateway, GatewayTls } from '../../../srv/external/s4/gateway.js'

/*
 * S/4 of the sample as a system of the fleet. It hands its change documents out once, so that a run of hours does not end with all of
 * them in one message. Of equipment whose id ends with X, the first change is made and never answered.
 */

type Message =
  | { type: 'start'; tls: GatewayTls; host: string }
  | { type: 'audit'; id: number }
  | { type: 'clock' }

/** Longer than the Cloud Connector keeps a connection. */
const KEEP_ALIVE_MS = 65_000

let gateway: Gateway | undefined
const cut = new Set<string>()

async function start({ tls, host }: Extract<Message, { type: 'start' }>): Promise<void> {
  for (const name of Object.keys(process.env))
    if (/^(cds|vcap)_|^(PORT|NODE_ENV|SERVICE_BINDING_ROOT)$/i.test(name)) delete process.env[name]
  process.chdir(`${__dirname}/../../../srv/external/s4`) // where CAP finds .cdsrc.json and data
  const { createGateway } = await import('../../../srv/external/s4/gateway.js')
  const { server } = (gateway = await createGateway(tls))
  server.prependListener('request', (req, res) => {
    const [, id] = /Equipment='([A-Z0-9]+X)'/.exec(decodeURIComponent(req.url ?? '')) ?? []
    const isChange = req.method !== 'GET' && req.method !== 'HEAD'
    if (id === undefined || !isChange || cut.has(id)) return
    cut.add(id)
    neverAnswer(res)
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(0, host, done)
  })
  const { port } = server.address() as AddressInfo
  process.send?.({ type: 'listening', url: `https://localhost:${String(port)}` })
}

/** Closes the connection where the answer would be. */
function neverAnswer(res: ServerResponse): void {
  const close = () => {
    res.socket?.destroy()
    return res
  }
  Object.assign(res, { writeHead: close, write: () => true, end: close })
}

process.on('message', (message: Message) => {
  if (message.type === 'audit') {
    gateway?.audit.splice(0)
    process.send?.({ type: 'audit', id: message.id, entries: changeDocuments.splice(0) })
  } else if (message.type === 'start')
    start(message).catch((error: unknown) =>
      process.send?.({ type: 'failed', message: String(error) })
    )
})
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})
