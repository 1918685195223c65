import cds, { type Request } from '@sap/cds'

interface Plan {
  readonly remote: string
  readonly id: string
  readonly name: string
}

/** Queues changes, which are made after the request. */
export class PlanningService extends cds.ApplicationService {
  override init() {
    this.on('plan', async ({ data }: Request<Plan>) => {
      const { remote, id, name } = data
      const queued = cds.queued(await cds.connect.to(remote))
      if (remote.startsWith('SYSTEM')) return queued.send('POST', `/changes/${id}`, { name })
      const key = { Equipment: id, ValidityEndDate: '9999-12-31' }
      return queued.run(
        UPDATE.entity('API_EQUIPMENT.Equipment', key).set({ EquipmentName: name } as never)
      )
    })
    this.on('rows', async () => JSON.stringify(await SELECT.from('cds.outbox.Messages')))
    return super.init()
  }
}

// the first process of several with one database
if (process.env.DEPLOY) {
  const { deploy } = cds as unknown as { deploy: (model: unknown) => { to(db: string): unknown } }
  cds.on('served', () => deploy(cds.model).to('db') as never)
}
