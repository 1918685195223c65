import cds from '@sap/cds'

import { onPrincipalCall } from '../../../src/remote/evidence/call.js'
import PrincipalRemoteService from '../../../src/remote/service.js'
import { type Backend, withBackend } from './support/backend.js'
import { muteConsole } from '../../support/console.js'
import type { PrincipalCall } from '../../../src/remote/evidence/principal-call.js'

muteConsole('warn')

const INBOUND = {
  authorization: 'Bearer of-the-request',
  cookie: 'session=of-the-request',
  'x-user-token': 'of-the-request',
  'x-forwarded-client-cert': 'of-the-request'
}

let backend: Backend
withBackend((started) => {
  backend = started
})

/** A service whose handler sends a request of its own, with all headers of the HTTP request. */
class Nesting extends PrincipalRemoteService {
  /** What the handler has run on. */
  kept: Nesting | undefined

  override async init() {
    const keep = (one: Nesting) => {
      this.kept = one
    }
    this.on('outer', function (this: Nesting) {
      keep(this)
      const headers = { ...INBOUND, 'x-own': 'kept' }
      return this.send({ method: 'GET', path: '/inner', headers } as never)
    })
    await super.init()
  }
}

async function nesting(): Promise<Nesting> {
  const options = { kind: 'rest', credentials: { url: backend.url } }
  const service = new (Nesting as unknown as new (...args: unknown[]) => Nesting)('S4', {}, options)
  await service.init()
  return service
}

test('a call that a handler of the service makes in the middle of another takes no credentials along', async () => {
  const service = await nesting()
  const http = { req: { headers: INBOUND }, res: {} }
  await cds.tx({ user: new cds.User('alice'), http } as never, () => service.send('outer' as never))
  const [received] = backend.received
  expect(received?.headers).toMatchObject({ 'x-own': 'kept' })
  expect(JSON.stringify(received?.headers)).not.toContain('of-the-request')
})

test('one that is sent later, by the object that the handler has run on, is a call of its own, with its own event', async () => {
  const service = await nesting()
  const calls: PrincipalCall[] = []
  const unsubscribe = onPrincipalCall((call) => calls.push(call))
  await cds.tx({ user: new cds.User('alice') } as never, async () => {
    await service.send('outer' as never)
    expect(calls).toHaveLength(1) // one for both: the handler's, and what it sends
    await service.kept!.send({ method: 'GET', path: '/later' } as never)
    expect(calls).toHaveLength(2)
    backend.answer = (_, res) => res.writeHead(500).end()
    const failing = service.kept!.send({ method: 'GET', path: '/failing' } as never)
    await expect(failing).rejects.toThrow()
  })
  unsubscribe()
  expect(backend.lines).toEqual(['GET /inner', 'GET /later', 'GET /failing'])
  expect(calls.map(({ service: name, outcome }) => [name, outcome])).toEqual([
    ['S4', 'ok'],
    ['S4', 'ok'],
    ['S4', 'failed']
  ])
})
