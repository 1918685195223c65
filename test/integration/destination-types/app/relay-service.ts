import cds, { type Request } from '@sap/cds'

/** Calls remote services from handlers. */
export class RelayService extends cds.ApplicationService {
  override init() {
    this.on('call', ({ data }: Request<Call>) => outcome(() => get(data)))
    this.on('privileged', ({ data }: Request<Call>) =>
      outcome(() => cds.tx({ user: cds.User.privileged } as never, (() => get(data)) as never))
    )
    this.on('burst', ({ data }: Request<Call>) =>
      outcome(() => Promise.all(Array.from({ length: 20 }, () => get(data))))
    )
    return super.init()
  }
}

interface Call {
  service: string
}

async function get({ service }: Call): Promise<unknown> {
  const remote = await cds.connect.to(service)
  return remote.send('GET', '/sap/opu/odata/sap/whoami')
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work())
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return JSON.stringify({ code, message })
  }
}
