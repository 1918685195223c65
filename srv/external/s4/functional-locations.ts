import type { entity, Request, Service } from '@sap/cds'
import { plantExists, required } from './checks.js'
import { everyRecord } from './every-record.js'

/** What S/4 does with functional locations. */
export function functionalLocations(srv: Service): void {
  const { FunctionalLocation } = srv.entities as Record<string, entity>
  if (!FunctionalLocation) return
  everyRecord(srv)
  srv.before(['CREATE', 'UPDATE'], FunctionalLocation, plantExists)
  srv.before('CREATE', FunctionalLocation, async (req: Request) => {
    required(req, 'FunctionalLocation', 'FuncLocationStructure', 'FunctionalLocationCategory')
    const label: string = req.data.FunctionalLocation
    if (await SELECT.one.from(FunctionalLocation).where({ FunctionalLocation: label }))
      req.reject({
        status: 400,
        code: 'IL/022',
        message: `Functional location ${label} already exists`
      })
    const superior = await superiorOf(FunctionalLocation, label)
    Object.assign(req.data, {
      FunctionalLocationLabelName: label,
      SuperiorFunctionalLocation: superior,
      SuperiorFuncnlLocLabelName: superior,
      FunctionalLocationIsActive: true
    })
  })
}

/** The hierarchy follows from the structure of the label: 1010-CWS-01 is below 1010-CWS. */
async function superiorOf(FunctionalLocation: entity, label: string): Promise<string> {
  const parts = label.split('-').slice(0, -1)
  for (; parts.length > 0; parts.pop()) {
    const superior = parts.join('-')
    const where = { FunctionalLocation: superior }
    if (await SELECT.one.from(FunctionalLocation).where(where)) return superior
  }
  return ''
}
