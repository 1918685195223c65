import cds from '@sap/cds'

import { PropagationError } from '../../../../src/errors.js'
import { checkNotQueued, queuedCallRefusal } from '../../../../src/remote/queue/refusal.js'

const namedUser = { onBehalfOf: 'namedUser' }

describe('cds.requires.<service>', () => {
  test.each([
    ['queued', true],
    ['outboxed', true],
    ['outbox', true],
    ['queued', { maxAttempts: 3 }],
    ['outboxed', 'someQueue']
  ])('%s: %j and a named user exclude each other', (option, value) => {
    expect(() => {
      checkNotQueued('S4', { ...namedUser, [option]: value })
    }).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          new RegExp(`^cds\\.requires\\.S4\\.${option} is set.*Remove "${option}"`)
        ) as string
      })
    )
  })

  test.each<object>([
    namedUser,
    { ...namedUser, queued: false },
    { ...namedUser, queued: true, outboxed: false }, // as CAP reads it: not queued
    { queued: true },
    { onBehalfOf: 'systemUser', queued: true }
  ])('%j is fine', (options) => {
    expect(() => {
      checkNotQueued('S4', options)
    }).not.toThrow()
  })
})

describe('a call', () => {
  const service = new cds.Service('S4')
  const queued = cds.queued(service)

  test.each([
    ['the service', service],
    ['its transaction', service.tx()],
    ['the unqueued service', cds.unqueued(queued)],
    ['an object that inherits from it', Object.create(service) as cds.Service]
  ])('of %s is not queued', (_, one) => {
    expect(queuedCallRefusal(one)).toBeUndefined()
  })

  test.each([
    ['the queued service', queued],
    ['its transaction', queued.tx()],
    ['an object that inherits from it', Object.create(queued) as cds.Service]
  ])('of %s is refused, with the reason and the choices', (_, one) => {
    const refusal = queuedCallRefusal(one)
    expect(refusal).toMatchObject({ code: 'ERR_QUEUED_NAMED_USER', status: 500 })
    expect(refusal?.message).toMatch(/^"S4".*keeps no token.*Nothing was queued/)
    expect(refusal?.message).toMatch(/req\.on\("succeeded"\).*technical destination/)
  })
})

test('a refusal tells the queue not to try again, and nobody else', () => {
  const refusal = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'no named user')
  expect(refusal.unrecoverable).toBe(true)
  expect(Object.keys(refusal)).not.toContain('unrecoverable')
})
