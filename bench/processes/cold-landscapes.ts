import type { Emulator } from '../../emulator/src/index.js'
import { startLandscape } from '../support/landscape.js'
import { tokens } from '../support/tokens.js'

/*
 * A process with several emulated landscapes, as many as the argument says: nothing is known of one that was not used
 * before. Every answer of the first one takes the milliseconds of the second argument.
 */

const [, , count = '1', delay = '0'] = process.argv

async function main(): Promise<void> {
  const emulators: Emulator[] = []
  for (let i = 0; i < Number(count); i++) emulators.push(await startLandscape())
  for (let i = 0; i < 20; i++) {
    for (const endpoint of ['xsuaa/token', 'destination'] as const) {
      emulators[0]?.enqueue(endpoint, { delay: Number(delay) })
    }
  }
  const landscapes = emulators.map(async (emulator) => ({
    services: emulator.vcapServices(),
    ca: emulator.ca,
    users: await tokens(emulator, 'S', 2)
  }))
  process.send?.(await Promise.all(landscapes))
  process.once('disconnect', () => {
    void Promise.all(emulators.map((emulator) => emulator.stop())).then(() => process.exit())
  })
}

void main()
