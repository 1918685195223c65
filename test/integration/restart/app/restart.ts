import cds from '@sap/cds'

interface Rest {
  get(path: string): Promise<unknown>
  send(method: string, path: string): Promise<unknown>
}

/** Calls a system in the internet, at once or by the queue. */
export default class RestartService extends cds.ApplicationService {
  override async init(): Promise<void> {
    const system = await cds.connect.to('SLOW')
    this.on('call', async () => {
      await (system as unknown as Rest).get('/call')
      return 'answered'
    })
    this.on('write', async () => {
      await (system as unknown as Rest).send('POST', '/write')
      return 'written'
    })
    this.on('enqueue', () => (cds.queued(system) as unknown as Rest).send('GET', '/queued'))
    return super.init()
  }
}
