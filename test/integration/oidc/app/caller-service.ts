import { inspect } from 'node:util'

import cds from '@sap/cds'

/** What an application sees of its caller. */
export class CallerService extends cds.ApplicationService {
  override init() {
    this.on('whoami', () => JSON.stringify(caller()))
    for (const role of ['technician', 'supervisor', 'system']) this.on(role, () => role)
    return super.init()
  }
}

function caller() {
  const { user, tenant } = cds.context as cds.EventContext
  const { authInfo } = user as unknown as { authInfo: { token: Record<string, unknown> } }
  const { token } = authInfo
  const { issuer, subject, clientId, audiences, jwt } = token
  return {
    ...{ id: user.id, roles: user.roles, attr: user.attr, tenant },
    token: { issuer, subject, clientId, audiences },
    printsToken: inspect([user, authInfo, token], { depth: 9, showHidden: true }).includes(
      String(jwt)
    )
  }
}
