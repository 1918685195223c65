import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'

import { moveClock, notes } from '../mock/note-changes.js'
import { createGateway } from './http/gateway.js'
import type { MessageFromBackend } from '../backend/messages.js'
import type { EmulatorMessage } from './protocol.js'
import { serveEdmx } from './serve-edmx.js'

/** Longer than the Cloud Connector keeps a connection: a server that closes first breaks a request under way. */
const KEEP_ALIVE_MS = 65_000

/** Tells the emulator. One that has just ended gets nothing, and this process ends as well. */
const tell = (message: MessageFromBackend) => process.send?.(message, () => undefined)

async function start({
  tls,
  host,
  system
}: Extract<EmulatorMessage, { type: 'start' }>): Promise<void> {
  forgetTheParentsConfiguration()
  const services = system.edmx.length ? await serveEdmx(system) : []
  const server: Server = createGateway(tls, services)
  await new Promise<void>((resolve, reject) => {
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.once('error', reject).listen(0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  tell({ type: 'listening', url: `https://localhost:${port}` })
}

/** The parent is an application: its environment configures that one, not this one. */
function forgetTheParentsConfiguration(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(cds|vcap)_|^(PORT|NODE_ENV|SERVICE_BINDING_ROOT|destinations)$/i.test(name))
      delete process.env[name]
  }
  process.chdir(__dirname) // where no project configures CAP
}

process.on('message', (message: EmulatorMessage) => {
  if (message.type === 'clock') moveClock(message.offset)
  else if (message.type === 'audit') {
    const { entries, changes } = notes
    tell({ type: 'audit', id: message.id, entries, changes })
  } else {
    start(message).catch((error: unknown) => {
      tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    })
  }
})
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => undefined) // Ctrl-C reaches the whole group; the parent decides when this process ends
