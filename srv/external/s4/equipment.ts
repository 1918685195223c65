import type { entity, Request, Service } from '@sap/cds'
import { documentChange } from './change-documents.js'
import { mayChange, plantExists, required } from './checks.js'
import { everyRecord } from './every-record.js'
import { installation, noInstallation } from './installation.js'
import { changedBy, endOfTime } from './record.js'

const categories = ['M', 'P', 'Q', 'S']

/** What S/4 does with equipment. */
export function equipment(srv: Service): void {
  const { Equipment } = srv.entities as Record<string, entity>
  if (!Equipment) return
  everyRecord(srv)
  srv.before(['InstallEquipment', 'DismantleEquipment'], mayChange)
  srv.before(['InstallEquipment', 'DismantleEquipment'], (req: Request) =>
    documentChange(req, Equipment.name)
  )
  srv.before(['CREATE', 'UPDATE'], Equipment, plantExists)

  srv.before('CREATE', Equipment, (req: Request) => newEquipment(Equipment, req))
  srv.before('UPDATE', Equipment, async (req: Request) => {
    const label: string | undefined = req.data.FunctionalLocationLabelName
    if (label !== undefined) Object.assign(req.data, await installation(req, label))
  })

  srv.on('InstallEquipment', async (req: Request) => {
    const record = await currentRecord(Equipment, req)
    if (record.EquipmentIsInstalled)
      req.reject({
        status: 400,
        code: 'IE/161',
        message: `Equipment ${record.Equipment} is already installed at ${record.FunctionalLocationLabelName}`
      })
    required(req, 'FunctionalLocation')
    return store(Equipment, req, await installation(req, req.data.FunctionalLocation))
  })

  srv.on('DismantleEquipment', async (req: Request) => {
    const record = await currentRecord(Equipment, req)
    if (!record.EquipmentIsInstalled)
      req.reject({
        status: 400,
        code: 'IE/162',
        message: `Equipment ${record.Equipment} is not installed`
      })
    return store(Equipment, req, noInstallation)
  })
}

async function newEquipment(Equipment: entity, req: Request): Promise<void> {
  required(req, 'Equipment', 'EquipmentCategory')
  const { Equipment: id, EquipmentCategory: category } = req.data
  if (!categories.includes(category))
    req.reject({
      status: 400,
      code: 'IE/002',
      message: `Equipment category ${category} is not defined`
    })
  if (await SELECT.one.from(Equipment).where({ Equipment: id }))
    req.reject({ status: 400, code: 'IE/027', message: `Equipment ${id} already exists` })
  Object.assign(req.data, await installation(req, req.data.FunctionalLocationLabelName), {
    ValidityEndDate: endOfTime,
    EquipmentIsAvailable: true
  })
}

async function currentRecord(Equipment: entity, req: Request): Promise<Record<string, unknown>> {
  const { Equipment: id, ValidityEndDate } = req.data
  const record = await SELECT.one
    .from(Equipment)
    .where({ Equipment: id, ValidityEndDate })
    .forUpdate()
  return (record ??
    req.reject({
      status: 404,
      code: 'IE/001',
      message: `Equipment ${id} does not exist`
    })) as Record<string, unknown>
}

async function store(Equipment: entity, req: Request, change: object): Promise<unknown> {
  const key = { Equipment: req.data.Equipment, ValidityEndDate: endOfTime }
  await UPDATE(Equipment, key).with({ ...change, ...changedBy(req.user) })
  return SELECT.one.from(Equipment).where(key)
}
