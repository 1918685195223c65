import cds, { type Request } from '@sap/cds'

/** Calls remote services from a handler. */
export class CallingService extends cds.ApplicationService {
  override init() {
    this.on('call', ({ data }: Request<Call>) => (data.caught ? caught(data) : call(data)))
    this.on('handOn', async ({ data, headers }: Request<Call>) => {
      const remote = await cds.connect.to(data.service)
      const answer: unknown = await remote.send({
        method: 'GET',
        path: data.path,
        headers
      } as never)
      return JSON.stringify(answer)
    })
    return super.init()
  }
}

interface Call {
  service: string
  method: string
  path: string
  caught?: boolean
}

async function call({ service, method, path }: Call): Promise<string> {
  const remote = await cds.connect.to(service)
  const data = method === 'GET' ? undefined : { a: 1 }
  return JSON.stringify(await remote.send({ method, path, data } as never))
}

async function caught(data: Call): Promise<string> {
  try {
    return await call(data)
  } catch (error) {
    const { name, code, status, statusCode, message, reason } = error as Record<string, unknown>
    return JSON.stringify({ name, code, status, statusCode, message, reason })
  }
}
