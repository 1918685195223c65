import cds from '@sap/cds'

export default class ExplainService extends cds.ApplicationService {
  override init() {
    this.on('indirectly', () => this.create('Notes', { ID: 4 }))
    this.on('caught', async () => {
      try {
        await this.create('Notes', { ID: 5 })
      } catch {
        // somebody who may not, gets nothing
      }
    })
    this.on('archive', () => undefined)
    this.on('check', () => undefined)
    this.on('close', () => undefined)
    this.on('seal', () => undefined)
    return super.init()
  }
}
