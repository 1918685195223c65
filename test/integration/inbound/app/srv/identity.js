const cds = require('@sap/cds')

/** Roles that are asked for: own and foreign ones, pseudo roles, and names that every object has. */
const ROLES = [
  'Viewer',
  'Technician',
  'Supervisor',
  'JOBSCHEDULER',
  'openid',
  'uaa.user',
  'uaa.resource',
  'other!t2.Viewer',
  'other!t2.Supervisor',
  'any',
  'authenticated-user',
  'identified-user',
  'system-user',
  'internal-user',
  'cds.Subscriber',
  'cds.ExtensionDeveloper',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__'
]

/** Who the request's user is, as handlers see it. */
function identity() {
  const { user, tenant } = cds.context
  return {
    id: text(user.id),
    tenant: text(tenant),
    roles: ROLES.filter((role) => user.is(role)).sort(),
    attr: JSON.stringify(user.attr),
    technical: user.is('system-user')
  }
}

/** Nothing but a string may be one. */
function text(value) {
  return typeof value === 'string' || value == null ? value : `not a string: ${typeof value}`
}

module.exports = { identity }
