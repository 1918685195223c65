import cds from '@sap/cds'

import { moveClock, notes } from './note-changes.js'

/** A question of the emulator to a mock that it has started. */
type Message = { type: 'audit'; id: number } | { type: 'clock'; offset: number }

/**
 * Reports to the emulator that has started this process, and ends with it.
 */
export function reportToEmulator(): void {
  if (!process.send) return
  const report = (message: object) => process.send?.(message)
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => undefined) // Ctrl-C reaches the whole group; the parent decides when this process ends
  process.on('message', (message: Message) => {
    if (message.type === 'clock') moveClock(message.offset)
    if (message.type === 'audit') {
      const { entries, changes } = notes
      report({ type: 'audit', id: message.id, entries, changes })
    }
  })
  cds.once('listening', ({ url }: { url: string }) => {
    const providers = cds.service.providers as unknown as { name: string; path: string }[]
    const services = Object.fromEntries(providers.map(({ name, path }) => [name, path]))
    report({ type: 'listening', url, services })
  })
}
