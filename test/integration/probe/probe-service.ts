import { AsyncResource } from 'node:async_hooks'

import cds, { type Request } from '@sap/cds'

interface Change {
  id: string
  name: string
}

/** Bound where the module is loaded: what it runs has no request around it. */
const outsideOfRequests = AsyncResource.bind((work: () => unknown) => work())

/** Changes equipment through the sample's service, and tells what came of it. */
export class ProbeService extends cds.ApplicationService {
  override async init() {
    const s4 = await cds.connect.to('API_EQUIPMENT')
    s4.before('READ', function (this: cds.Service) {
      seen.push(this)
    })
    this.on('spawned', ({ data }: Request<Change>) =>
      outcome(
        () =>
          new Promise((done, fail) => {
            const job = cds.spawn({ user: cds.User.privileged }, () => change(data))
            job.on('succeeded', done)
            job.on('failed', fail)
          })
      )
    )
    this.on('privileged', ({ data }: Request<Change>) =>
      outcome(() => cds.tx({ user: cds.User.privileged } as never, () => change(data)))
    )
    this.on('withoutRequest', ({ data }: Request<Change>) =>
      outcome(() => outsideOfRequests(() => asSystem(data)) as Promise<unknown>)
    )
    this.on('throughThis', ({ data }: Request<Change>) =>
      outcome(async () => {
        await s4.read('Equipment').limit(1)
        return asPrivileged(() => changeThrough(seen.at(-1), data))
      })
    )
    this.on('throughOtherThis', ({ data }: Request<Change>) =>
      outcome(() => asPrivileged(() => changeThrough(seen.at(-1), data)))
    )
    this.on('otherTenant', ({ data }: Request<Change>) =>
      outcome(() => cds.tx({ tenant: 'other' } as never, () => change(data)))
    )
    return super.init()
  }
}

/** What handlers of the remote service got as `this`, latest last. */
const seen: cds.Service[] = []

const asPrivileged = (work: () => Promise<unknown>) =>
  cds.tx<unknown>({ user: cds.User.privileged } as never, work as never)

async function changeThrough(service: cds.Service | undefined, { id, name }: Change) {
  const key = { Equipment: id, ValidityEndDate: '9999-12-31' }
  const query = UPDATE('API_EQUIPMENT.Equipment', key as never).with({ EquipmentName: name })
  return service?.run(query)
}

/** As a timer would: the service is called, and nobody is current. */
async function asSystem(data: Change) {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  const { Equipment } = s4.entities
  const key = { Equipment: data.id, ValidityEndDate: '9999-12-31' }
  return s4.run(UPDATE(Equipment as never, key as never).with({ EquipmentName: data.name }))
}

async function change({ id, name }: Change) {
  const service = await cds.connect.to('MaintenanceService')
  const query = UPDATE('MaintenanceService.Equipment').where({ id })
  return service.dispatch(new cds.Request({ query, data: { id, name } } as never))
}

async function outcome(work: () => Promise<unknown>) {
  try {
    await work()
    return { name: 'done' }
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string }
    return { name, code, message }
  }
}
