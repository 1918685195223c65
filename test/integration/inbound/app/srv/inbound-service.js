const cds = require('@sap/cds')
const { identity } = require('./identity')

module.exports = class InboundService extends cds.ApplicationService {
  init() {
    this.on('whoami', identity)
    this.on('touch', identity)
    this.on('tamper', () => {
      const { user } = cds.context
      const { payload, header } = user.authInfo.token
      attempt(() => (user.roles.Supervisor = 1))
      attempt(() => (user.attr.plant = ['9999']))
      attempt(() => user.attr.country?.push('XX'))
      attempt(() => payload.scope.push('inbound!b1.Supervisor'))
      attempt(() => (payload.user_name = 'mallory'))
      attempt(() => (payload['xs.user.attributes'].country = ['XX']))
      attempt(() => (payload.zid = 'tampered'))
      attempt(() => (header.kid = 'tampered'))
      attempt(() => (user.id = 'mallory'))
      return identity()
    })
    this.on('cacheable', () => {
      cds.context.http.res.set('Cache-Control', 'public, max-age=60')
      return 'stored'
    })
    const restricted = ['supervisorOnly', 'jobsOnly', 'systemOnly', 'internalOnly']
    for (const name of restricted) this.on(name, () => name)
    return super.init()
  }
}

/** What is frozen may refuse to be changed. */
function attempt(change) {
  try {
    change()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}
