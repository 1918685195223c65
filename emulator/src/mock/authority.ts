import { CLOUD_CONNECTOR_CA } from '../backend/mock-environment.js'
import { askLandscape } from '../process/control.js'

/** The emulated Cloud Connector's authority (PEM), if there is a Cloud Connector. */
export type Authority = () => Promise<string | undefined>

/**
 * Returns the source from which a mock learns the authority that issues the users' certificates: from the emulator that has started it, else from
 * the landscape that `cds watch` runs for the project. The socket of that can be opened by the same user only.
 *
 * @param root - project folder
 */
export function cloudConnectorAuthority(root: string): Authority {
  const given = process.env[CLOUD_CONNECTOR_CA]
  if (given) return () => Promise.resolve(given)
  return async () => {
    const answer = await askLandscape(root, 'GET', '/landscape')
    const { landscape } = (answer?.body ?? {}) as { landscape?: { cloudConnectorCa?: string } }
    return landscape?.cloudConnectorCa
  }
}
