const cds = require('@sap/cds')

/** What code of an application sees of a user. */
function seen({ id, attr, roles, authInfo }, tenant) {
  const inherits = typeof attr.hasOwnProperty
  return {
    id,
    tenant,
    attr,
    roles: Object.keys(roles).sort(),
    inherits,
    sub: authInfo?.token?.payload?.sub
  }
}

const whoami = (srv) => {
  srv.on('whoami', (req) => JSON.stringify(seen(req.user, req.tenant)))
}

class ThingService extends cds.ApplicationService {
  init() {
    this.on('READ', 'Things', () => [{ ID: 1, owner: 'alice' }])
    this.on('act', () => {})
    return super.init()
  }
}

module.exports = {
  PublicService: whoami,
  UserService: whoami,
  LateService: whoami,
  ListedService: whoami,
  TwiceService: whoami,
  ThingService
}
