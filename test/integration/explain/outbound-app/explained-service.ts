import cds, { type Request } from '@sap/cds'
import { executeHttpRequest } from 'cds-principal'

interface Call {
  service: string
  path: string
  how: string
}

const send = async ({ service, path }: Call) => {
  const remote = await cds.connect.to(service)
  return remote.send<unknown>({ method: 'GET', path } as never)
}

/** Ways in which a handler makes a call, and passes its error on. */
const WAYS: Record<string, (call: Call, req: Request) => Promise<unknown>> = {
  'as it is': send,
  POST: async ({ service, path }) => {
    const remote = await cds.connect.to(service)
    return remote.send<unknown>({ method: 'POST', path, data: {} } as never)
  },
  wrapped: async (call) => {
    try {
      return await send(call)
    } catch (cause) {
      throw new Error('the pump is gone', { cause })
    }
  },
  rejected: async (call, req) => {
    try {
      return await send(call)
    } catch (error) {
      return req.reject(error as never)
    }
  },
  executeHttpRequest: async ({ service, path }) =>
    (await executeHttpRequest(service, { method: 'get', url: path })).data as unknown,
  queued: async ({ service, path }) => {
    const remote = cds.queued(await cds.connect.to(service))
    return remote.send<unknown>({ method: 'GET', path } as never)
  }
}

export class ExplainedService extends cds.ApplicationService {
  override init() {
    this.on('call', async (req: Request<Call>) =>
      JSON.stringify(await WAYS[req.data.how]?.(req.data, req))
    )
    return super.init()
  }
}

export const ExplainedRestService = ExplainedService
