import cds from '@sap/cds'

export class RefusedJobs extends cds.ApplicationService {
  override init() {
    this.on('readFrom', async ({ data }) => {
      const s4 = await cds.connect.to(data.remote as string)
      const found = (await s4.run(SELECT.from('API_EQUIPMENT.Equipment').limit(3))) as unknown[]
      return found.length
    })
    return super.init()
  }
}
