import { type Emulator, startEmulator } from '../../emulator/src/index.js'
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
