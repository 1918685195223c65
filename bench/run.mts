import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import tls from 'node:tls'

import { startEmulator } from '../src/emulator/index.js'
import { inbound } from './inbound.js'
import { forged } from './forged.js'
import { memory } from './memory.js'
import { outbound } from './outbound.js'
import { read } from './read.js'
import { restrictions } from './restrictions.js'
import { closeConnections } from './side.js'
import { startUp } from './start-up.js'
import { table } from './targets.js'

const quick = process.argv.includes('--quick')
const effort = quick ? { rounds: 5, milliseconds: 150 } : { rounds: 15, milliseconds: 400 }

const emulator = await startEmulator({
  root: resolve(import.meta.dirname, '..'),
  users: { alice: { roles: ['Technician'], attr: { plant: ['1010'] } } },
  destinations: {
    S4: {
      URL: 'http://s4.internal:44300',
      ProxyType: 'OnPremise',
      Authentication: 'PrincipalPropagation',
      'sap-client': '100'
    }
  }
})
tls.setDefaultCACertificates([...tls.getCACertificates('default'), emulator.ca])
try {
  const targets = [
    ...(await inbound(emulator, effort)),
    ...(await outbound(emulator, effort)),
    ...(await read(emulator, effort)),
    ...(await memory()),
    ...(await forged(emulator)),
    ...(await startUp(emulator, quick ? 6 : 21)),
    ...(await restrictions(effort))
  ]
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
  const results = { machine, quick, targets }
  const file = join(import.meta.dirname, 'results.json')
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
  console.log(table(targets))
} finally {
  closeConnections()
  await emulator.stop()
}
