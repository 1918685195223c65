const { principalOf } = require('cds-principal')

module.exports = (srv) =>
  srv.on('am', ({ user, tenant }) =>
    JSON.stringify({
      id: user.id,
      tenant,
      attr: user.attr,
      system: user.is('system-user'),
      internal: user.is('internal-user'),
      reader: user.is('Reader'),
      technician: user.is('Technician'),
      named: principalOf(user).kind === 'named'
    })
  )
