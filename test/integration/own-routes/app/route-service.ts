import cds from '@sap/cds'
import type { Request, RequestHandler, Response } from 'express'

/** The types lack it: https://cap.cloud.sap/docs/node.js/cds-server#cds-middlewares */
const { middlewares } = cds as unknown as {
  middlewares: { before: RequestHandler[]; auth: () => RequestHandler }
}

/** Ways in which code gets a remote service. */
const SERVICES: Record<string, () => Promise<cds.Service>> = {
  required: () => cds.connect.to('API_EQUIPMENT'),
  anonymous: () =>
    cds.connect.to({
      kind: 'odata-v2',
      onBehalfOf: 'namedUser',
      credentials: { destination: 'S4', path: '/sap/opu/odata/sap/API_EQUIPMENT' }
    } as never),
  assigned: async () => {
    const service = await cds.connect.to({
      kind: 'odata-v2',
      onBehalfOf: 'namedUser',
      credentials: { destination: 'NONE', path: '/sap/opu/odata/sap/API_EQUIPMENT' }
    } as never)
    return Object.assign(service, { destination: { destinationName: 'S4' } })
  }
}

/** Gives the user another id, as CAP's maintainers advise for the ids of an identity provider. */
const rename: RequestHandler = (_req, _res, next) => {
  const { user } = cds.context as { user: { id: string } }
  user.id = `idp:${user.id}`.toUpperCase()
  next()
}

/** Calls the remote service that the route names, and answers what came of it. */
async function call({ params }: Request, res: Response): Promise<void> {
  try {
    const remote = await SERVICES[String(params['service'])]?.()
    const found = await remote?.send('GET', '/Equipment?$top=1')
    res.json({ found: Array.isArray(found) })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    res.json({ code, message })
  }
}

export class RouteService extends cds.ApplicationService {
  override init() {
    const app = cds.app
    app.get('/own/plain/:service', call)
    app.get('/own/before/:service', middlewares.before, call)
    app.get('/own/renamed/:service', middlewares.before, rename, call)
    app.get('/own/auth/:service', middlewares.auth(), call)
    return super.init()
  }
}
