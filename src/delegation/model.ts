import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'

import { cap, onEnvironment } from '../cap.js'
import { isDelegated } from './options.js'

/** Model file with the table of delegations. */
const MODEL = 'cds-principal/model/delegations.cds'

/** Configuration of CAP's queue, as far as its model is concerned. */
interface QueueModel {
  model?: string | string[]
}

/**
 * Adds the table of delegations to the model of CAP's queue, if a required service has a delegation: it is deployed with the queue.
 *
 * @param requires - `cds.requires`
 * @internal
 */
export function addDelegationModel(requires: Readonly<Record<string, unknown>>): void {
  const { queue } = requires as { queue?: QueueModel | false }
  const isNeeded = Object.entries(requires).some(
    ([name, options]) => name !== 'kinds' && isDelegated(options)
  )
  if (queue && isNeeded) queue.model = [...new Set([...[queue.model ?? []].flat(), MODEL])]
}

/**
 * Does the same for each configuration that is read from now on: `cds build` and `cds deploy` read theirs again after they have loaded
 * plugins. In the sidecar of `@sap/cds-mtxs`, that of the application is read already.
 *
 * @internal
 */
export function addModelToEnvironments(): void {
  onEnvironment(addDelegationModel)
  const provider = cap.env.requires['cds.xt.ModelProviderService']
  if (!provider || !('root' in provider)) return
  const application = configurationOfApplication()
  if (application) addDelegationModel(application)
}

/**
 * Returns `cds.requires` of the application whose model the sidecar deploys; `undefined` if this version of `@sap/cds-mtxs` has it
 * elsewhere. A sidecar that was built has the table in its model.
 *
 * @see `@sap/cds-mtxs/srv/config.js`
 */
function configurationOfApplication(): Readonly<Record<string, unknown>> | undefined {
  try {
    const load = createRequire(join(cds.root, 'package.json'))
    return (load('@sap/cds-mtxs/srv/config') as { requires?: Record<string, unknown> }).requires
  } catch {
    return undefined
  }
}
