import cds from '@sap/cds'

import { contextOfMessage } from '../../../../src/remote/queue/tenant.js'
import { senderOf } from '../../../../src/remote/queue/tenant.js'

interface Transactions<T> {
  tx(context: object, work: () => Promise<T>): Promise<T>
}

function within<T>(context: object, work: () => T): Promise<T> {
  return (cds as unknown as Transactions<T>).tx(new cds.EventContext(context as never), () =>
    Promise.resolve(work())
  )
}

describe('the tenant of a message', () => {
  const Privileged = cds.User.Privileged as unknown as new (id: string) => cds.User
  const user = new Privileged('alice')
  const message = (context: object) => new cds.Request({ event: 'x', context } as never)

  test.each([
    ['of another tenant', 't1', 't2'],
    ['of no tenant', 't1', undefined],
    ['where none is current', undefined, 't2']
  ])('%s: the context of who has queued it', async (_, current, tenant) => {
    const found = await within({ tenant: current, user, id: 'c' }, () =>
      contextOfMessage(message({ tenant }))
    )
    expect(found).toMatchObject({ user, id: 'c' })
    expect(found?.tenant).toBe(tenant)
  })

  test('of the same tenant: nothing to do', async () => {
    const found = await within({ tenant: 't1', user }, () =>
      contextOfMessage(message({ tenant: 't1' }))
    )
    expect(found).toBeUndefined()
  })

  test('of a request: its context is the current one', async () => {
    const found = await within({ tenant: 't1', user }, () =>
      cds.tx(
        { tenant: 't2' } as never,
        (() => Promise.resolve(contextOfMessage(new cds.Request({ event: 'x' })))) as never
      )
    )
    expect(found).toBeUndefined()
  })
})

describe('the service that sends what was queued', () => {
  const service = (name: string) => new cds.Service(name)

  test('is the one that it was queued for, whichever is asked', () => {
    const [first, second] = [service('first'), service('second')]
    const req = new cds.Request({ event: 'x' })
    const queued = cds.queued(second)
    expect(senderOf(queued, req)).toBe(queued)
    expect(senderOf(first, req)).toBe(second)
    expect(senderOf(second, req)).toBe(second)
  })

  test('is the one that is asked, where nothing was queued', () => {
    const first = service('first')
    expect(senderOf(first, new cds.Request({ event: 'x' }))).toBe(first)
  })
})
