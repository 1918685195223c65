import cds, { type Request } from '@sap/cds'

import type { Read } from './read-equipment.js'

/** Queues messages, and handles them. */
export class JobsService extends cds.ApplicationService {
  override init() {
    const queue = cds.queued(this)
    this.on('enqueue', async (req: Request<Read>) => {
      await read({ ...req.data, remote: 'API_EQUIPMENT' })
      const { remote, marker } = req.data
      await queue.emit('work', { remote, marker: `${marker}-q` }, req.headers as object)
    })
    this.on('enqueueCall', async ({ data }: Request<Read>) => {
      await cds.queued(await cds.connect.to(data.remote)).run(query(data))
    })
    this.on('enqueueTwo', async ({ data }: Request<Read>) => {
      for (const remote of ['BY_DESTINATION', 'SYSTEM_USER']) {
        const marker = `${data.marker}-${remote}`
        await cds.queued(await cds.connect.to(remote)).run(query({ remote, marker }))
      }
    })
    this.on('enqueueInBackground', ({ data }: Request<Read>) => {
      cds.spawn({ user: cds.User.privileged }, () => queue.emit('work', data))
    })
    this.on('enqueueFailure', ({ data }: Request<Read>) => queue.emit('fail', data))
    this.on('work', ({ data }) => read(data as Read))
    this.on('fail', () => {
      const headers = { Authorization: `Bearer ${JWT}`, cookie: 'SAP_SESSIONID=secret' }
      throw Object.assign(new Error('socket hang up'), { config: { headers }, unrecoverable: true })
    })
    this.on('messages', async () => JSON.stringify(await messages()))
    return super.init()
  }
}

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln'

/** A queue in memory has no table. */
async function messages() {
  const table = 'cds.outbox.Messages'
  return table in (cds.model?.definitions ?? {}) ? SELECT.from(table) : []
}

async function read(what: Read) {
  return (await cds.connect.to(what.remote)).run(query(what))
}

function query({ marker }: Read) {
  return SELECT.from('API_EQUIPMENT.Equipment').where({ Equipment: marker })
}
