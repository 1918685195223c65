import { Circuit } from '../../../src/fleet/circuit.js'

const MINUTE = 60_000

describe('circuit', () => {
  let works = true
  let trials = 0
  let duration = 0
  const said: string[] = []
  let circuit: Circuit

  beforeEach(async () => {
    jest.useFakeTimers()
    works = true
    trials = 0
    duration = 0
    said.length = 0
    circuit = new Circuit({
      probe: async () => {
        trials++
        if (duration) await new Promise((done) => setTimeout(done, duration))
        if (!works) throw new Error('OOM no room')
      },
      onOpen: (reason) => said.push(`away: ${reason}`),
      onClose: () => said.push('back')
    })
    await circuit.start()
  })
  afterEach(() => {
    circuit.end()
    jest.useRealTimers()
  })

  const fail = () => {
    circuit.open(Object.assign(new Error(), { code: 'ECONNRESET' }))
  }

  test('a failure is said once, however long it lasts, and the end of it after a minute of work', async () => {
    works = false
    fail()
    await jest.advanceTimersByTimeAsync(10 * MINUTE)
    expect(circuit.isClosed).toBe(false)
    expect(said).toEqual(['away: ECONNRESET'])
    works = true
    await jest.advanceTimersByTimeAsync(MINUTE / 2)
    expect(circuit.isClosed).toBe(true)
    expect(said).toEqual(['away: ECONNRESET'])
    await jest.advanceTimersByTimeAsync(MINUTE)
    expect(said).toEqual(['away: ECONNRESET', 'back'])
  })

  test('trials that succeed while each command fails: one line in an hour, and the trials get rarer', async () => {
    for (let minute = 0; minute < 60; minute++) {
      if (circuit.isClosed) fail()
      await jest.advanceTimersByTimeAsync(MINUTE / 2)
      if (circuit.isClosed) fail()
      await jest.advanceTimersByTimeAsync(MINUTE / 2)
    }
    expect(said).toEqual(['away: ECONNRESET'])
    expect(trials).toBeLessThanOrEqual(1 + 120)
  })

  test('it works for a minute between two failures: both are said, and the trials begin after a second again', async () => {
    for (let i = 0; i < 2; i++) {
      fail()
      await jest.advanceTimersByTimeAsync(1_000)
      expect(circuit.isClosed).toBe(true)
      await jest.advanceTimersByTimeAsync(MINUTE)
    }
    expect(said).toEqual(['away: ECONNRESET', 'back', 'away: ECONNRESET', 'back'])
  })

  test('commands that fail while Redis is tried start no second trial', async () => {
    fail()
    duration = 50
    await jest.advanceTimersByTimeAsync(1_010)
    fail()
    await jest.advanceTimersByTimeAsync(MINUTE)
    expect([trials, circuit.isClosed]).toEqual([2, true])
  })

  test('the reason has the first word of an answer only', async () => {
    works = false
    circuit.open(new Error('OOM command not allowed: secret'))
    expect(said).toEqual(['away: OOM'])
  })
})
