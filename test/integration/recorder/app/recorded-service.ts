import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'
import type { principalHealth } from 'cds-principal'

interface Application {
  get(path: string, handle: (req: object, res: { json(body: object): void }) => void): void
}

/** The installed package: the name alone leads to the sources, which the copy of the sample does not have. */
const installed = createRequire(join(cds.root, 'package.json'))('./node_modules/cds-principal') as {
  principalHealth: typeof principalHealth
}

const READ = { method: 'GET', path: '/Equipment?$top=1' }

export class RecordedService extends cds.ApplicationService {
  override init() {
    const { app } = cds as unknown as { app: Application }
    app.get('/health/principal', (_, res) => res.json(installed.principalHealth()))
    this.on('technical', async () => {
      const system = await cds.connect.to('API_EQUIPMENT_SYSTEM')
      await system.send(READ)
    })
    this.on('failing', async () => {
      const nowhere = await cds.connect.to('NOWHERE')
      await nowhere.send({ method: 'GET', path: '/x' })
    })
    this.on('spawned', async () => {
      const system = await cds.connect.to('API_EQUIPMENT_SYSTEM')
      await system.send(READ)
      await new Promise<void>((done) => {
        cds.spawn({}, () => system.send(READ)).on('done', () => done())
      })
    })
    this.on('queued', async () => {
      const system = await cds.connect.to('API_EQUIPMENT_SYSTEM')
      await cds.queued(system).send(READ)
    })
    return super.init()
  }
}
