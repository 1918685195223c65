import cds from '@sap/cds'

const READ = { method: 'GET', path: '/Equipment?$top=1' }

export class RecordedService extends cds.ApplicationService {
  override init() {
    this.on('technical', async () => {
      const system = await cds.connect.to('API_EQUIPMENT_SYSTEM')
      await system.send(READ)
    })
    this.on('failing', async () => {
      const nowhere = await cds.connect.to('NOWHERE')
      await nowhere.send({ method: 'GET', path: '/x' })
    })
    this.on('queued', async () => {
      const system = await cds.connect.to('API_EQUIPMENT_SYSTEM')
      await cds.queued(system).send(READ)
    })
    return super.init()
  }
}
