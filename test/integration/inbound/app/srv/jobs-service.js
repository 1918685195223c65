const cds = require('@sap/cds')

module.exports = class JobsService extends cds.ApplicationService {
  init() {
    this.on('ping', () => 'pong')
    return super.init()
  }
}
