import cds, { type Request } from '@sap/cds'

interface Call {
  service: string
  marker: string
}

/** Calls remote services from a handler, like any application. */
export class TenantsService extends cds.ApplicationService {
  override init() {
    this.on('call', async ({ data, user, tenant }: Request<Call>) =>
      JSON.stringify({ id: user.id, tenant, seen: await outcome(() => get(data)) })
    )
    return super.init()
  }
}

async function get({ service, marker }: Call): Promise<unknown> {
  const remote = await cds.connect.to(service)
  return remote.send('GET', `/sap/opu/odata/sap/whoami/${marker}`)
}

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return { code, message }
  }
}
