import cds from '@sap/cds'

import { cap } from '../../../../src/cap.js'
import type { Service } from '../../../../srv/mcp/cap.js'

/** Returns a service of a model; the tools find the model where CAP keeps it. */
export function serviceOf(csn: object, name: string): Service {
  const model = cap.compile.for.nodejs(csn)
  cds.model = model as never
  return new cds.ApplicationService(name, model as never, {} as never) as unknown as Service
}

/** Returns the service of the sample. */
export async function maintenanceService(): Promise<Service> {
  return serviceOf(await cds.load(`${__dirname}/../../../../srv`), 'MaintenanceService')
}
