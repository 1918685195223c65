import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/src/index.js'
import { SAMPLE } from './sample.js'

/** The sample's own landscape: users, destinations and systems of its `.cdsrc.json`. */
export function startLandscape(changes: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const { requires } = JSON.parse(readFileSync(join(SAMPLE, '.cdsrc.json'), 'utf8')) as {
    requires: {
      auth: Record<string, { users: NonNullable<EmulatorOptions['users']>; emulator: object }>
    }
  }
  const development = requires.auth['[development]']
  if (!development) throw new Error('the sample has no configuration for development')
  return startEmulator({
    root: SAMPLE,
    users: development.users,
    ...development.emulator,
    ...changes
  })
}
