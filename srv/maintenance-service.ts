import cds, { type Request } from '@sap/cds'
import { asConflict } from './database-error.js'
import { asClientError } from './s4-error.js'
import { type ReadQuery, withoutApply } from './supported-query.js'
import { wellFormed } from './well-formed.js'

const FunctionalLocations = 'MaintenanceService.FunctionalLocations'
const Equipment = 'MaintenanceService.Equipment'
const WorkNotes = 'MaintenanceService.WorkNotes'

/** S/4 keeps a record of equipment per period of validity; the one that is valid today ends on this day. */
export const validTo = '9999-12-31'

/** Functional locations and equipment live in S/4, work notes in the own database. */
export class MaintenanceService extends cds.ApplicationService {
  override async init(): Promise<void> {
    this.before('*', wellFormed)
    this.before('READ', [FunctionalLocations, Equipment], withoutApply)
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

    this.on('READ', FunctionalLocations, ({ query }) => s4.run(query))
    this.on('CREATE', FunctionalLocations, async (req) => {
      const { data } = req
      await this.checkSuperior(req)
      await s4.run(INSERT.into(FunctionalLocations).entries({ structure: 'YBPM', ...data }))
      return this.record(FunctionalLocations, data.id)
    })
    this.on('UPDATE', FunctionalLocations, async (req) => {
      const { id, ...changes } = req.data
      if (!isEmpty(changes)) await s4.run(UPDATE(FunctionalLocations, { id }).with(changes))
      return (await this.record(FunctionalLocations, id)) ?? req.reject(404)
    })
  }

  private async serveEquipment(): Promise<void> {
    const s4 = await cds.connect.to('API_EQUIPMENT')

    this.on('READ', Equipment, ({ query }) => s4.run(validToday(query as unknown as ReadQuery)))
    this.on('CREATE', Equipment, async ({ data }) => {
      await s4.run(INSERT.into(Equipment).entries(data))
      return this.record(Equipment, data.id)
    })
    this.on('UPDATE', Equipment, async (req) => {
      const { id, ...changes } = req.data
      if (!isEmpty(changes)) await s4.run(UPDATE(Equipment, { id, validTo }).with(changes))
      return (await this.record(Equipment, id)) ?? req.reject(404)
    })
    this.on('install', Equipment, async (req) => {
      const [{ id }] = req.params as [{ id: string }]
      const { functionalLocation } = req.data
      await this.checkLocation(req, functionalLocation, 'functionalLocation')
      await s4.send('InstallEquipment', {
        Equipment: encodeURIComponent(id), // CAP does not
        ValidityEndDate: validTo,
        FunctionalLocation: encodeURIComponent(functionalLocation)
      })
      return this.record(Equipment, id)
    })
    this.on('dismantle', Equipment, async (req) => {
      const [{ id }] = req.params as [{ id: string }]
      await s4.send('DismantleEquipment', {
        Equipment: encodeURIComponent(id),
        ValidityEndDate: validTo
      })
      return this.record(Equipment, id)
    })
    this.on('planForTonight', Equipment, async (req) => {
      const [{ id }] = req.params as [{ id: string }]
      const { name, after = '8h' } = req.data
      const key = `Equipment='${inPath(id)}',ValidityEndDate=datetime'${validTo}T00:00:00'`
      const change = schedule(s4, 'PATCH', `/Equipment(${key})`, { EquipmentName: name })
      // a name of its own: work of one name is replaced by the next, also another user's
      await change.as(`repair-${id}-${cds.utils.uuid()}`).after(after)
    })
  }

  /** Reads a record as the caller, with the restrictions of READ. */
  private record(entity: string, id: string): Promise<MaintenanceObject | undefined> {
    return this.run(SELECT.one.from(entity).columns('*').where({ id }))
  }

  /** The caller must see the place that something is put at. */
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

/** Returns the value of a key as a path has it: any client can send quotes and slashes. */
function inPath(value: string): string {
  return encodeURIComponent(value.replaceAll("'", "''"))
}

/** Work that CAP's queue does later. */
interface Scheduled extends PromiseLike<unknown> {
  as(name: string): Scheduled
  after(time: string): Scheduled
}

/** The types lack it: https://cap.cloud.sap/docs/guides/events/event-queues */
function schedule(service: cds.Service, ...call: [string, string, object]): Scheduled {
  return (service as unknown as { schedule(...call: unknown[]): Scheduled }).schedule(...call)
}

/** The elements that every record from S/4 has. */
interface MaintenanceObject {
  id: string
  plant: string
}

/** Completes the key in the path with the second key of S/4, and every other query with a condition. */
function validToday(query: ReadQuery): cds.Query {
  const [subject] = query.SELECT.from.ref
  const isKey = typeof subject === 'object' && subject.where
  if (isKey) subject.where?.push('and', { ref: ['validTo'] }, '=', { val: validTo })
  else query.where({ validTo })
  return query as unknown as cds.Query
}

function isEmpty(changes: object): boolean {
  return Object.keys(changes).length === 0
}
