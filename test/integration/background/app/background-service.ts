import cds, { type Request } from '@sap/cds'

import { places } from './places.js'
import { outcomesOf, type Read, readEquipment } from './read-equipment.js'

/** Calls S/4 from the place that a test names. */
export class BackgroundService extends cds.ApplicationService {
  override init() {
    this.on('start', async (req: Request<Read & { place: string }>) => {
      const { place, remote, marker } = req.data
      await places[place]?.({
        req,
        remote,
        service: this,
        call: () => readEquipment({ remote, marker })
      })
    })
    this.on('happened', ({ data }) => readEquipment(data as Read))
    this.on('outcomes', ({ data }: Request<Read>) => JSON.stringify(outcomesOf(data.marker)))
    return super.init()
  }
}
