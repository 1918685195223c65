import cds from '@sap/cds'
import type { RequestHandler } from 'express'
import { userByName } from './users.js'

/** Name of the header in which the gateway tells the services in this process who is logged on. */
export const userHeader = 'x-abap-user'

/** CAP's authentication in this process: the user was logged on by the gateway, see logon.ts. */
export default function abapAuth(): RequestHandler {
  return (req, res, next) => {
    const user = userByName(req.get(userHeader) ?? '')
    const context = cds.context
    if (!user || !context) return void res.sendStatus(401)
    context.user = new cds.User({ id: user.name, attr: {}, roles: [...user.activities] })
    next()
  }
}
