import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { startSample } from '../../support/sample.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startLandscape()
})
afterAll(() => emulator.stop())

test('a service of another kind with onBehalfOf to which nobody sees stops the start, not the first call', async () => {
  const agent = { kind: 'a2a', impl: 'srv/agent', credentials: { url: 'https://agent.example' } }
  const start = startSample({
    emulator,
    extra: join(__dirname, 'app'),
    requires: { kinds: { a2a: {} }, AGENT: { ...agent, onBehalfOf: 'systemUser' } }
  })
  await expect(start).rejects.toThrow(
    /ended before[\s\S]*cds\.requires\.AGENT\.onBehalfOf is set, but its implementation does not see to it/
  )
})
