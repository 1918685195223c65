import cds, { type Request } from '@sap/cds'
import { asFilter, idOf, validTo } from './current-record.js'
import { asConflict } from './database-error.js'
import { mayWritePlant } from './plant.js'
import { asClientError } from './s4-error.js'
import { wellFormed } from './well-formed.js'

const FunctionalLocations = 'MaintenanceService.FunctionalLocations'
const Equipment = 'MaintenanceService.Equipment'
const WorkNotes = 'MaintenanceService.WorkNotes'

/** Functional locations and equipment live in S/4, work notes in the own database. */
export class MaintenanceService extends cds.ApplicationService {
  override async init(): Promise<void> {
    this.before('*', wellFormed)
    for (const entity of [FunctionalLocations, Equipment, WorkNotes])
      this.before(['CREATE', 'UPDATE'], entity, mayWritePlant)
    await this.serveFunctionalLocations()
    await this.serveEquipment()
    this.on('CREATE', WorkNotes, async (req, next) => {
      await this.checkEquipment(req)
      return next()
    })
    this.on('error', asClientError)
    this.on('error', asConflict)
    return super.init()
  }

  private async serveFunctionalLocations(): Promise<void> {
    const s4 = await cds.connect.to('API_FUNCTIONALLOCATION')

    this.on('READ', FunctionalLocations, (req) => s4.run(asFilter(req)))
    this.on('CREATE', FunctionalLocations, async (req) => {
      const { data } = req
      await this.checkSuperior(req)
      await s4.run(INSERT.into(FunctionalLocations).entries({ structure: 'YBPM', ...data }))
      return this.record(FunctionalLocations, data.id)
    })
    this.on('UPDATE', FunctionalLocations, async (req) => {
      const record = await this.visibleRecord(req)
      const { id } = record
      const data = changes(req)
      if (!data) return record
      await s4.run(UPDATE(FunctionalLocations, { id }).with(data))
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
      const record = await this.visibleRecord(req)
      const { id } = record
      const data = changes(req)
      if (!data) return record
      await s4.run(UPDATE(Equipment, { id, validTo }).with(data))
      return this.record(Equipment, id)
    })
    this.on('install', Equipment, async (req) => {
      const { id } = await this.visibleRecord(req)
      const { functionalLocation } = req.data
      await this.checkLocation(req, functionalLocation, 'functionalLocation')
      await s4.send('InstallEquipment', {
        Equipment: id,
        ValidityEndDate: validTo,
        FunctionalLocation: encodeURIComponent(functionalLocation) // CAP does not
      })
      return this.record(Equipment, id)
    })
    this.on('dismantle', Equipment, async (req) => {
      const { id } = await this.visibleRecord(req)
      await s4.send('DismantleEquipment', { Equipment: id, ValidityEndDate: validTo })
      return this.record(Equipment, id)
    })
  }

  /** Reads a record as the caller, with the restrictions of READ. */
  private record(entity: string, id: string): Promise<MaintenanceObject | undefined> {
    return this.run(SELECT.one.from(entity).columns('*').where({ id }))
  }

  /** The record to change. What READ hides from the caller, is not there to be changed either: 404. */
  private async visibleRecord(req: Request): Promise<MaintenanceObject> {
    const id = idOf(req)
    return (id && (await this.record(req.target.name, id))) || req.reject(404)
  }

  /** Where something is put, must be visible to the caller as well. */
  private async checkLocation(req: Request, id: string, target: string): Promise<void> {
    if (await this.record(FunctionalLocations, id)) return
    req.reject({
      status: 400,
      code: 'ERR_LOCATION_UNKNOWN',
      message: `Functional location ${id} does not exist, or not in one of your plants.`,
      target
    })
  }

  /** S/4 puts a new functional location below the one that its id names: 1010-CWS-01 below 1010-CWS. */
  private async checkSuperior(req: Request): Promise<void> {
    const id: string = req.data.id
    const end = id.lastIndexOf('-')
    if (end > 0) await this.checkLocation(req, id.slice(0, end), 'id')
  }

  /** A note has the plant of its equipment, which decides who reads it. */
  private async checkEquipment(req: Request): Promise<void> {
    const { equipment, plant } = req.data
    const record = await this.record(Equipment, equipment)
    if (record?.plant === plant) return
    req.reject({
      status: 400,
      code: 'ERR_EQUIPMENT_UNKNOWN',
      message: `Equipment ${equipment} does not exist, or not in plant ${plant}.`,
      target: 'equipment'
    })
  }
}

/** What every record from S/4 has. */
interface MaintenanceObject {
  id: string
  plant: string
}

/** What is to be changed: CAP has taken out what is read-only, and the id is in the URL. */
function changes({ data: { id: _, ...changes } }: Request): object | undefined {
  return Object.keys(changes).length > 0 ? changes : undefined
}
