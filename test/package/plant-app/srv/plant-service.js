const cds = require('@sap/cds')

module.exports = async (srv) => {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  srv.on('*', 'Equipment', (req) => s4.run(req.query))
}
