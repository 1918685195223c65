import cds, { type Request } from '@sap/cds'

interface Read {
  equipment: string
}

type Work = () => Promise<unknown>

const PRIVILEGED = { user: cds.User.privileged }

const PLACES = {
  tx: (work: Work) => cds.tx<unknown>(PRIVILEGED as never, work as never),
  spawn: (work: Work) =>
    new Promise((done, fail) => {
      cds.spawn(PRIVILEGED, work).on('succeeded', done).on('failed', fail)
    })
}

/** What an application does in the situations of the README's comparison with stock CAP. */
export class ReasonsService extends cds.ApplicationService {
  override init() {
    const released = Promise.withResolvers<undefined>()
    this.on('asPrivileged', async ({ data }: Request<Read & { place: keyof typeof PLACES }>) => {
      await PLACES[data.place](() => read(data))
    })
    this.on('enqueue', async ({ data }: Request<Read>) => {
      await cds.queued(this).emit('work', data)
    })
    this.on('release', () => {
      released.resolve(undefined)
    })
    this.on('work', ({ data }: Request<Read>) =>
      data.equipment === 'WAIT' ? released.promise : read(data)
    )
    this.on('callGone', async () => {
      await (await cds.connect.to('GONE')).send('GET', '/')
    })
    return super.init()
  }
}

async function read({ equipment }: Read) {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  return s4.run(SELECT.from('API_EQUIPMENT.Equipment').where({ Equipment: equipment }))
}
