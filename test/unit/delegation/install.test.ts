import { attemptsFor, configureDelegations } from '../../../src/delegation/install.js'

const MODEL = 'cds-principal/model/delegations.cds'

/** Seconds until CAP gives up, by its pauses between attempts. */
function patience(attempts: number): number {
  const pauses = Array.from({ length: attempts - 1 }, (_, i) => Math.min(1.5 ** (i + 1) - 1, 1480))
  return pauses.reduce((sum, pause) => sum + pause, 0)
}

test.each([60, 1800, 7200, 86_400, 30 * 86_400])(
  '%i seconds have attempts until they are over',
  (seconds) => {
    expect(patience(attemptsFor(seconds))).toBeGreaterThan(seconds)
    expect(patience(attemptsFor(seconds) - 4)).toBeLessThan(seconds)
  }
)

/** Configuration of a required service, and of the queue, after the delegation has been prepared. */
function configured(options: object, queue: object | false = { model: '@sap/cds/srv/outbox' }) {
  const S4 = { onBehalfOf: 'namedUser', delegation: { validFor: '2h' }, ...options }
  const requires = { S4: S4 as Record<string, unknown>, queue }
  configureDelegations(requires)
  return requires
}

test('the table comes with that of the queue', () => {
  expect(configured({}).queue).toEqual({ model: ['@sap/cds/srv/outbox', MODEL] })
  expect(configured({}, { model: ['own', MODEL] }).queue).toEqual({ model: ['own', MODEL] })
})

test('calls that are queued one by one have a queue of their own, and others are not queued', () => {
  const maxAttempts = attemptsFor(7200)
  const { S4 } = configured({})
  expect(S4).toMatchObject({ maxAttempts, queued: false, outboxed: { maxAttempts } })
})

test.each([
  [{ queued: true }, {}],
  [{ outboxed: true }, {}],
  [{ outbox: { parallel: false } }, { parallel: false }]
])('%j: all calls are queued', (options, kept) => {
  const maxAttempts = attemptsFor(7200)
  const { S4 } = configured(options)
  expect(S4).toMatchObject({ maxAttempts, queued: { ...kept, maxAttempts } })
  expect(S4).not.toHaveProperty('outboxed')
  expect(S4).not.toHaveProperty('outbox')
})

test('attempts of the application count', () => {
  expect(configured({ queued: { maxAttempts: 3 } }).S4).toMatchObject({
    queued: { maxAttempts: 3 },
    maxAttempts: 3
  })
})

test('a queue by name, and the queue in memory, stay as they are', () => {
  expect(configured({ queued: 'own' }).S4).toMatchObject({ queued: 'own' })
  expect(configured({ queued: true }, false).S4).toMatchObject({ queued: true })
})

test('without a delegation nothing changes', () => {
  const requires = { S4: { queued: true }, queue: { model: 'outbox' } }
  configureDelegations(requires)
  expect(requires).toEqual({ S4: { queued: true }, queue: { model: 'outbox' } })
})

test.each([false, null, 0, '', undefined])(
  'scheduling: %j stops the start, unless the queue is in memory',
  (scheduling) => {
    const queue = { kind: 'persistent-queue' }
    const configure = (others: object) => {
      const S4 = { onBehalfOf: 'namedUser', delegation: true }
      configureDelegations({ S4, queue, db: { kind: 'sqlite' }, scheduling, ...others })
    }
    expect(() => configure({})).toThrow(/^cds\.requires\.scheduling is off: .+ Set it to true/)
    expect(() => configure({ scheduling: { queued: true } })).not.toThrow()
    expect(() => configure({ db: undefined })).not.toThrow()
    expect(() => configure({ queue: false })).not.toThrow()
    expect(() => configure({ queue: { kind: 'in-memory-queue' } })).not.toThrow()
    expect(() => configure({ S4: { onBehalfOf: 'namedUser' } })).not.toThrow()
  }
)

test('a queue that deletes messages in another transaction stops the start', () => {
  const configure = () => configured({}, { model: 'outbox', legacyLocking: true })
  expect(configure).toThrow(/cds\.requires\.queue\.legacyLocking is true/)
})
