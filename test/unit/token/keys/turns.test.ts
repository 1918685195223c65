import { NoTurnError, type Rank, RANKS, Turns } from '../../../../src/token/keys/turns.js'

const OPTIONS = { perSecond: 10, burst: 4 }

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }))
afterEach(() => jest.useRealTimers())

/** Lets what has been decided happen. */
const settled = () => new Promise((done) => setImmediate(done))

async function pass(milliseconds: number): Promise<void> {
  for (let i = 0; i < milliseconds; i += 10) {
    jest.advanceTimersByTime(10)
    await settled()
  }
}

/** Asks that note when they begin, and last until they are told to end. */
function setUp(options = OPTIONS) {
  const turns = new Turns(options)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (name: string, rank: Rank = RANKS.new, sender = ['somebody'], lasts = 0) =>
    turns
      .run(rank, sender, async () => {
        begun.push(name)
        if (lasts) await new Promise<void>((done) => ends.push(done))
        return name
      })
      .catch((error: unknown) => error)
  return { turns, begun, ends, ask }
}

const many = (count: number) => Array.from({ length: count }, (_, i) => String(i))

test('in no second there are more than the rate and the burst, however many ask', async () => {
  const { begun, ask, turns } = setUp()
  let before = 0
  for (let second = 0; second < 5; second++) {
    for (const name of many(100)) void ask(`${second}-${name}`)
    await pass(1000)
    expect(begun.length - before).toBeLessThanOrEqual(14)
    expect(begun.length - before).toBeGreaterThanOrEqual(9)
    before = begun.length
  }
  await pass(4000)
  expect(turns.waiting).toBe(0)
})

test('likely ones do not wait for the others, and have a part of the burst for themselves', async () => {
  const { begun, ask } = setUp()
  for (const name of many(100)) void ask(name)
  await settled()
  const others = begun.length
  expect(others).toBeLessThan(4)
  for (const name of ['a', 'b']) void ask(name, RANKS.likely)
  await settled()
  expect(begun.slice(others)).toEqual(['a', 'b'])
})

test('those who come again go before new ones', async () => {
  const { begun, ask } = setUp()
  for (const name of many(20)) void ask(name)
  void ask('again', RANKS.again)
  await settled()
  const before = begun.length
  await pass(300)
  expect(begun[before]).toBe('again')
})

test('each sender has a turn, whoever asks most, and the newest of a sender goes first', async () => {
  const { begun, ask } = setUp()
  for (const name of many(50)) void ask(name, RANKS.new, ['flood'])
  for (const name of ['a1', 'a2']) void ask(name, RANKS.new, ['a'])
  void ask('b1', RANKS.new, ['b'])
  await settled()
  const before = begun.length
  await pass(700)
  const turns = begun.slice(before)
  expect(turns.slice(0, 6)).toEqual(['49', 'a2', 'b1', '48', 'a1', '47'])
})

test('who forwards for many has one turn, which these take in turn: what a sender invents gives him no more', async () => {
  const { begun, ask } = setUp()
  for (const name of many(50)) void ask(name, RANKS.new, ['proxy', 'flood', `invented ${name}`])
  void ask('a', RANKS.new, ['proxy', 'a', 'invented'])
  void ask('b', RANKS.new, ['proxy', 'b'])
  void ask('c', RANKS.new, ['proxy'])
  void ask('d', RANKS.new, ['other'])
  await settled()
  const before = begun.length
  await pass(900)
  const turns = begun.slice(before, before + 8)
  expect(turns.filter((name) => Number(name) >= 0)).toHaveLength(4)
  expect(turns).toEqual(expect.arrayContaining(['a', 'b', 'c', 'd']))
})

test('a service that does not answer holds up a bounded number, and likely ones still have a turn', async () => {
  const { begun, ends, ask } = setUp({ perSecond: 1000, burst: 1000 })
  for (const name of many(100)) void ask(name, RANKS.new, ['x'], 1)
  await pass(50)
  expect(begun).toHaveLength(8)
  for (const name of many(100)) void ask(`likely ${name}`, RANKS.likely, ['x'], 1)
  await pass(50)
  expect(begun).toHaveLength(16)
  for (const end of ends) end()
  await settled()
  expect(begun.length).toBeGreaterThan(16)
})

test('who has no turn in time is told when to come again, and leaves nothing', async () => {
  const { turns, ask } = setUp({ perSecond: 1, burst: 1 })
  const all = many(10).map((name) => ask(name, RANKS.new, [name]))
  await pass(3500)
  const outcomes = await Promise.all(all)
  const refused = outcomes.filter((each) => each instanceof NoTurnError)
  expect(refused.length).toBeGreaterThanOrEqual(6)
  for (const { retryAfter } of refused) expect(retryAfter).toBeGreaterThanOrEqual(1)
  expect(turns.waiting).toBe(0)
})

test('too many are refused at once: the oldest of whoever asks most', async () => {
  const { turns, ask } = setUp({ perSecond: 1, burst: 1 })
  const other = ask('other', RANKS.new, ['other'])
  const flood = many(600).map((name) => ask(name, RANKS.new, ['flood']))
  await settled()
  expect(turns.waiting).toBe(500)
  await expect(flood[0]).resolves.toBeInstanceOf(NoTurnError)
  await pass(1500)
  await expect(other).resolves.toBe('other')
  await pass(3000)
})

test('too many of invented senders are refused at once, and nobody else', async () => {
  const { turns, ask } = setUp({ perSecond: 1, burst: 1 })
  const refused: string[] = []
  const note = (name: string) => (outcome: unknown) => outcome === name || refused.push(name)
  const others = many(5).map((name) => ask(name, RANKS.new, ['proxy', name]).then(note(name)))
  const flood = many(600).map((name) => ask(name, RANKS.new, ['proxy', 'flood', name]))
  await settled()
  expect(turns.waiting).toBe(500)
  expect(refused).toEqual([])
  await pass(4000)
  await Promise.all([...others, ...flood])
  expect(turns.waiting).toBe(0)
})

test('a failure is told to whoever asked, and gives the turn back', async () => {
  const { turns, ask } = setUp({ perSecond: 1000, burst: 1000 })
  for (const _ of many(50)) {
    await expect(
      turns.run(RANKS.new, ['x'], () => Promise.reject(new Error('down')))
    ).rejects.toThrow('down')
  }
  await expect(ask('next')).resolves.toBe('next')
})
