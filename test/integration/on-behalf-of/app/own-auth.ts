import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds, { type Request } from '@sap/cds'

/** A second copy of the library, as an authentication has that comes with dependencies of its own. */
function copyOfXssec(): typeof import('@sap/xssec') {
  const name = 'node_modules/@sap/xssec'
  cpSync(join(cds.root, name), join(__dirname, name), { recursive: true, dereference: true })
  return createRequire(__filename)('@sap/xssec') as typeof import('@sap/xssec')
}

interface Options {
  readonly credentials: never
}

/** An authentication of the application's own, which gives users another id than their token's. */
export default function ownAuth({ credentials }: Options) {
  const { createSecurityContext, XsuaaService } = copyOfXssec()
  const service = new XsuaaService(credentials)
  return async function own_auth(req: Request['http'], _res: unknown, next: (e?: unknown) => void) {
    const authInfo = await createSecurityContext(service, { req } as never)
    const { userName } = authInfo.token
    const user = { id: userName ? `idp:${userName}` : 'system', authInfo }
    Object.assign(cds.context!, { user: new cds.User(user as never), tenant: authInfo.token.zid })
    next()
  }
}
