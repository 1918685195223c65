const cds = require('@sap/cds')

module.exports = class App extends cds.ApplicationService {
  async init() {
    const system = await cds.connect.to('SYSTEM')
    const exchanging = await cds.connect.to('EXCHANGING')
    this.on('call', async () => {
      const seen = await Promise.all([system.get('/record'), exchanging.get('/record')])
      return JSON.stringify(seen)
    })
    return super.init()
  }
}
