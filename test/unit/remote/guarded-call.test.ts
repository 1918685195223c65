import cds from '@sap/cds'

import { closeConnections } from '../../../src/remote/connections.js'
import PrincipalRemoteService from '../../../src/remote/service.js'
import { Backend } from './support/backend.js'

const INBOUND = {
  authorization: 'Bearer of-the-request',
  cookie: 'session=of-the-request',
  'x-user-token': 'of-the-request',
  'x-forwarded-client-cert': 'of-the-request'
}

let backend: Backend
beforeEach(async () => {
  backend = await Backend.start()
})
afterEach(async () => {
  closeConnections()
  await backend.stop()
})

/** A service whose handler sends a request of its own, with all headers of the HTTP request. */
class Nesting extends PrincipalRemoteService {
  override async init() {
    this.on('outer', function (this: Nesting) {
      const headers = { ...INBOUND, 'x-own': 'kept' }
      return this.send({ method: 'GET', path: '/inner', headers } as never)
    })
    await super.init()
  }
}

test('R68: a call that a handler of the service makes in the middle of another takes no credentials along', async () => {
  const options = { kind: 'rest', credentials: { url: backend.url } }
  const service = new (Nesting as unknown as new (...args: unknown[]) => Nesting)('S4', {}, options)
  await service.init()
  const http = { req: { headers: INBOUND }, res: {} }
  await cds.tx({ user: new cds.User('alice'), http } as never, () => service.send('outer' as never))
  const [received] = backend.received
  expect(received?.headers).toMatchObject({ 'x-own': 'kept' })
  expect(JSON.stringify(received?.headers)).not.toContain('of-the-request')
})
