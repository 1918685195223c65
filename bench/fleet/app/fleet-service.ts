import { createRequire } from 'node:module'

import cds, { type Request } from '@sap/cds'

interface Rest {
  send(method: string, path: string): Promise<unknown>
}

/** Calls remote systems in all the ways that the sample does not. */
export class FleetService extends cds.ApplicationService {
  override async init() {
    const exchanging = (await cds.connect.to('EXCHANGING')) as unknown as Rest
    const technical = (await cds.connect.to('TECHNICAL')) as unknown as Rest
    const system = (await cds.connect.to('API_EQUIPMENT_SYSTEM')) as unknown as Rest
    const basic = (await cds.connect.to('BASIC')) as unknown as Rest
    this.on('exchange', async ({ data }: Request<{ marker: string }>) => {
      await exchanging.send('POST', `/${data.marker}`)
    })
    this.on('technical', async ({ data }: Request<{ marker: string }>) => {
      await technical.send('POST', `/${data.marker}`)
    })
    this.on('system', async () => {
      await system.send('GET', '/Equipment?$top=1')
      return 1
    })
    this.on('look', async () => {
      await exchanging.send('GET', '/look')
      return 1
    })
    this.on('basic', async () => {
      await basic.send('GET', '/basic')
      return 1
    })
    return super.init()
  }
}

// @cap-js/postgres 2.3 listens to no errors of connections that are idle: without this, a restart of the database ends the process
const { Client } = createRequire(__filename)('pg') as { Client: { prototype: Connection } }
const { connect } = Client.prototype
Client.prototype.connect = function (...args) {
  this.on('error', () => undefined)
  return connect.apply(this, args)
}

interface Connection {
  connect(...args: unknown[]): unknown
  on(event: 'error', listener: () => void): void
}

// the first process of several with one database
if (process.env.DEPLOY) {
  const { deploy } = cds as unknown as { deploy: (model: unknown) => { to(db: string): unknown } }
  cds.on('served', () => deploy(cds.model).to('db') as never)
}
