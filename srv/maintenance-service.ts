import cds, { type Request } from '@sap/cds'
import { asFilter, idOf, validTo } from './current-record.js'
import { mayWritePlant } from './plant.js'
import { asClientError } from './s4-error.js'

const FunctionalLocations = 'MaintenanceService.FunctionalLocations'
const Equipment = 'MaintenanceService.Equipment'
const WorkNotes = 'MaintenanceService.WorkNotes'

/** Functional locations and equipment live in S/4, work notes in the own database. */
export class MaintenanceService extends cds.ApplicationService {
  override async init(): Promise<void> {
    for (const entity of [FunctionalLocations, Equipment, WorkNotes])
      this.before(['CREATE', 'UPDATE'], entity, mayWritePlant)
    await this.serveFunctionalLocations()
    await this.serveEquipment()
    this.on('error', asClientError)
    return super.init()
  }

  private async serveFunctionalLocations(): Promise<void> {
    const s4 = await cds.connect.to('API_FUNCTIONALLOCATION')

    this.on('READ', FunctionalLocations, (req) => s4.run(asFilter(req)))
    this.on('CREATE', FunctionalLocations, async ({ data }) => {
      await s4.run(INSERT.into(FunctionalLocations).entries({ structure: 'YBPM', ...data }))
      return this.record(FunctionalLocations, data.id)
    })
    this.on('UPDATE', FunctionalLocations, async (req) => {
      const { id } = await this.visibleRecord(req)
      await s4.run(UPDATE(FunctionalLocations, { id }).with(changes(req)))
      return this.record(FunctionalLocations, id)
    })
  }

  private async serveEquipment(): Promise<void> {
    const s4 = await cds.connect.to('API_EQUIPMENT')

    this.on('READ', Equipment, (req) => s4.run(asFilter(req, { validTo })))
    this.on('CREATE', Equipment, async ({ data }) => {
      await s4.run(INSERT.into(Equipment).entries(data))
      return this.record(Equipment, data.id)
    })
    this.on('UPDATE', Equipment, async (req) => {
      const { id } = await this.visibleRecord(req)
      await s4.run(UPDATE(Equipment, { id, validTo }).with(changes(req)))
      return this.record(Equipment, id)
    })
    this.on('install', Equipment, async (req) => {
      const { id } = await this.visibleRecord(req)
      const FunctionalLocation = await this.visibleLocation(req)
      const parameters = { Equipment: id, ValidityEndDate: validTo, FunctionalLocation }
      await s4.send('InstallEquipment', parameters)
      return this.record(Equipment, id)
    })
    this.on('dismantle', Equipment, async (req) => {
      const { id } = await this.visibleRecord(req)
      await s4.send('DismantleEquipment', { Equipment: id, ValidityEndDate: validTo })
      return this.record(Equipment, id)
    })
  }

  /** Reads a record as the caller, with the restrictions of READ. */
  private record(entity: string, id: string): Promise<{ id: string } | undefined> {
    return this.run(SELECT.one.from(entity).where({ id }))
  }

  /** The record to change. What READ hides from the caller, is not there to be changed either: 404. */
  private async visibleRecord(req: Request): Promise<{ id: string }> {
    const id = idOf(req)
    return (id && (await this.record(req.target.name, id))) || req.reject(404)
  }

  /** The functional location to install at, which must be visible to the caller as well. */
  private async visibleLocation(req: Request): Promise<string> {
    const id: string = req.data.functionalLocation
    if (await this.record(FunctionalLocations, id)) return encodeURIComponent(id) // CAP does not
    return req.reject({
      status: 400,
      code: 'ERR_LOCATION_UNKNOWN',
      message: `Functional location ${id} does not exist, or not in one of your plants.`,
      target: 'functionalLocation'
    })
  }
}

function changes({ data: { id: _, ...changes } }: Request): object {
  return changes
}
