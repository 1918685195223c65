import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'

import { type Emulator, startEmulator } from '../src/emulator/index.js'
import { DESTINATION } from './calls.js'
import { ROOT } from './places.js'

/** A landscape with one user, and a system on premise that is called as that user. */
export function startLandscape(): Promise<Emulator> {
  return startEmulator({
    root: ROOT,
    users: { alice: { roles: ['Technician'], attr: { plant: ['1010'] } } },
    destinations: {
      [DESTINATION]: {
        URL: 'http://s4.internal:44300',
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation',
        'sap-client': '100'
      }
    }
  })
}

/** Subscribers that no process has seen yet. */
export const NEW_TENANTS = Array.from({ length: 20 }, (_, i) => `new-${String(i)}`)

/** A landscape with subscribers, which the process trusts. */
export async function startSubscribers(): Promise<Emulator> {
  const descriptor = readFileSync(join(ROOT, 'xs-security.json'), 'utf8')
  const emulator = await startEmulator({
    root: ROOT,
    xsSecurity: { ...(JSON.parse(descriptor) as object), 'tenant-mode': 'shared' },
    users: { alice: { roles: ['Technician'] } },
    tenants: Object.fromEntries(NEW_TENANTS.map((id) => [id, {}]))
  })
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), emulator.ca])
  return emulator
}
