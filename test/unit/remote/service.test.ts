import cds from '@sap/cds'

import PrincipalRemoteService from '../../../src/remote/service.js'
import { muteConsole } from '../../support/console.js'
import { type Backend, withBackend } from './support/backend.js'

muteConsole('info', 'warn', 'error')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

let backend: Backend
withBackend((started) => {
  backend = started
})

class Remote extends PrincipalRemoteService {}

async function remote(options: object): Promise<Remote> {
  const make = Remote as unknown as new (...parameters: unknown[]) => Remote
  const service = new make('S4', {}, { kind: 'rest', ...options })
  await service.init()
  return service
}

/** Does something as the privileged user, as CAP handles a message of a broker. */
function privileged<T>(work: () => Promise<T>): Promise<T> {
  const context = { tenant: 't1', user: new cds.User.Privileged() }
  return cds.tx(context as never, work as never) as unknown as Promise<T>
}

describe('an event', () => {
  const forwarding = () =>
    remote({
      onBehalfOf: 'namedUser',
      credentials: { url: backend.url, forwardAuthToken: true }
    })

  test('of a broker gets to its handler, whose own calls are decided', async () => {
    const service = await forwarding()
    const received: unknown[] = []
    service.on('Changed', async ({ data }: cds.Request) => {
      received.push(data)
      await service.send('GET' as never, '/x' as never).catch((error: unknown) => {
        received.push((error as { code?: string }).code)
      })
    })
    const message = { tenant: 't1', user: new cds.User.Privileged() }
    await privileged(() =>
      (service.tx(message as never) as unknown as Remote).emit('Changed', { id: 1 })
    )
    expect(received).toEqual([{ id: 1 }, 'ERR_USER_TOKEN_REQUIRED'])
    expect(backend.received).toEqual([])
  })

  test('for which CAP would send a request is a call like any other', async () => {
    const service = await forwarding()
    for (const sent of [{ path: '/x' }, { query: {} }]) {
      const event = Object.assign(new cds.Event({ event: 'Changed' }), sent)
      await expect(privileged(() => service.handle(event as never))).rejects.toMatchObject({
        code: 'ERR_USER_TOKEN_REQUIRED'
      })
    }
    expect(backend.received).toEqual([])
  })

  test('of the queue is a call like any other', async () => {
    const service = await forwarding()
    const handler = jest.fn(() => Promise.resolve())
    service.on('Changed', handler)
    const message = new cds.Event({ event: 'Changed' })
    // CAP gives a message of the queue a context that is a plain object
    Object.defineProperty(message, 'context', { value: { tenant: 't1' } })
    await expect(privileged(() => service.handle(message as never))).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED'
    })
    expect(handler).not.toHaveBeenCalled()
  })
})
