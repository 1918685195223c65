import cds from '@sap/cds'

import { CLOUD_CONNECTOR_CA } from '../backend/mock-environment.js'
import { noteChanges } from './note-changes.js'
import { reportToEmulator } from './report.js'

/** A required service as it is configured. */
interface Required {
  service?: string
  credentials?: unknown
}

/** `@sap/ams`, where the project has it, asks for policies unless the kind is that of mocked users. */
function mockAuthentication() {
  const { ams } = cds.env.requires.auth as { ams?: object }
  const impl = 'cds-principal-emulator/mock-auth'
  return ams ? { kind: 'mocked', impl, ams, users: {} } : { kind: 'mock', impl }
}

/**
 * Makes this process a mock behind the emulated Cloud Connector: it logs on propagated users, and serves the services
 * also if the project has credentials for them, which CAP takes for a reason not to mock them.
 */
export function prepareMock(services: readonly string[]): void {
  const requires = cds.env.requires as Record<string, Required | undefined>
  for (const [name, options] of Object.entries(requires)) {
    const isMocked = services.some((each) => each === name || each === options?.service)
    if (options && isMocked) delete options.credentials
  }
  Object.assign(cds.env.requires, { auth: mockAuthentication() })
  cds.on('serving', noteChanges)
  if (!process.env[CLOUD_CONNECTOR_CA]) return
  // a mock of a test is nobody else's: it must not get into CAP's registry
  const features = cds.env.features as { mocked_bindings?: boolean }
  features.mocked_bindings = false
  reportToEmulator()
}
