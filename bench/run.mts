import tls from 'node:tls'

import { inbound } from './inbound.js'
import { forged } from './forged.js'
import { heldLoop } from './held-loop.js'
import { startLandscape } from './landscape.js'
import { massWrites } from './mass-writes.js'
import { memory } from './memory.js'
import { outbound } from './outbound.js'
import { read } from './read.js'
import { report } from './report.js'
import { restrictions } from './restrictions.js'
import { closeConnections } from './side.js'
import { startUp } from './start-up.js'
import { table, type Target } from './targets.js'

/** Measured one after the other: they would disturb each other. */
function step(name: string, measure: () => Promise<Target[]>): Promise<Target[]> {
  console.log(`measuring ${name} …`)
  return measure()
}

const quick = process.argv.includes('--quick')
const effort = quick ? { rounds: 3, milliseconds: 100 } : { rounds: 15, milliseconds: 400 }

const emulator = await startLandscape()
tls.setDefaultCACertificates([...tls.getCACertificates('default'), emulator.ca])
try {
  const targets = [
    ...(await step('the auth middleware', () => inbound(emulator, effort))),
    ...(await step('remote calls', () => outbound(emulator, effort))),
    ...(await step('a whole READ', () => read(emulator, effort))),
    ...(await step('memory', memory)),
    ...(await step('forged tenants', forged)),
    ...(await step('start-up', () => startUp(emulator, quick ? 5 : 21))),
    ...(await step('restrictions', () => restrictions(effort))),
    ...(await step('mass writes', () => massWrites(effort))),
    ...(await step('patterns', heldLoop))
  ]
  report(targets, quick)
  console.log(table(targets))
} finally {
  closeConnections()
  await emulator.stop()
}
