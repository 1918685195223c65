import type { AddressInfo } from 'node:net'
import { changeDocuments } from './change-documents.js'
import type { Gateway, GatewayTls } from './gateway.js'
import { setSystemTime } from './system-time.js'

type Message =
  | { type: 'start'; tls: GatewayTls; host: string }
  | { type: 'audit'; id: number }
  | { type: 'clock'; offset: number }

/** Longer than the Cloud Connector keeps a connection: a server that closes first breaks a request under way. */
const KEEP_ALIVE_MS = 65_000

let gateway: Gateway | undefined

async function start({ tls, host }: Extract<Message, { type: 'start' }>): Promise<void> {
  forgetTheParentsConfiguration()
  const { createGateway } = await import('./gateway.js')
  const { server } = (gateway = await createGateway(tls))
  await new Promise<void>((resolve, reject) => {
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.once('error', reject).listen(0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  process.send?.({ type: 'listening', url: `https://localhost:${port}` })
}

/** The parent is a CAP application: its environment configures that one, not this one. */
function forgetTheParentsConfiguration(): void {
  for (const name of Object.keys(process.env))
    if (/^(cds|vcap)_|^(PORT|NODE_ENV|SERVICE_BINDING_ROOT|destinations)$/i.test(name))
      delete process.env[name]
  process.chdir(__dirname) // where CAP finds .cdsrc.json and data
}

process.on('message', (message: Message) => {
  if (message.type === 'audit') {
    const entries = gateway?.audit ?? []
    process.send?.({ type: 'audit', id: message.id, entries, changes: changeDocuments })
  } else if (message.type === 'clock') setSystemTime(message.offset)
  else
    start(message).catch((error: unknown) =>
      process.send?.({ type: 'failed', message: String(error) })
    )
})
process.on('disconnect', () => process.exit())
// Ctrl-C reaches the whole process group; the parent decides when this process ends.
process.on('SIGINT', () => {})
