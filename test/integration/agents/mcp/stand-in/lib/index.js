const cds = require('@sap/cds')
const express = require('express')

/** Stands where CAP's own adapter for MCP is: it says who calls which service. */
module.exports = function StandIn(service) {
  const router = express.Router()
  router.post('/', express.json(), (req, res) => {
    const result = { adapter: '@cap-js/mcp', service: service.name, user: cds.context.user.id }
    res.json({ jsonrpc: '2.0', id: req.body.id, result })
  })
  router.router = router
  return router
}
