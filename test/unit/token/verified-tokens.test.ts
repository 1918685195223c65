import { VerifiedTokens } from '../../../src/token/verified-tokens.js'

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600
const held = () => true

test('a result is good for exactly the same token', () => {
  const tokens = new VerifiedTokens()
  const kept = { expiresAt: inAnHour(), keyIsHeld: held }
  const signature = 's'.repeat(342)
  tokens.set(`header.payload.${signature}`, kept)
  expect(tokens.get(`header.payload.${signature}`)).toBe(kept)
  expect(tokens.get(`header.other.${signature}`)).toBeUndefined() // same signature
  expect(tokens.get(`header.payload.${signature} `)).toBeUndefined()
})

test('not after the token has expired, leeway included', () => {
  const tokens = new VerifiedTokens()
  const now = Math.floor(Date.now() / 1000)
  tokens.set('a', { expiresAt: now - 30, keyIsHeld: held })
  tokens.set('b', { expiresAt: now - 61, keyIsHeld: held })
  expect(tokens.get('a')).toBeDefined()
  expect(tokens.get('b')).toBeUndefined()
})

test('to the millisecond, a recent one as well', () => {
  const begin = 1_800_000_000_000
  jest.useFakeTimers({ now: begin })
  try {
    const tokens = new VerifiedTokens()
    for (const token of ['recent', 'other']) {
      tokens.set(token, { expiresAt: begin / 1000 + 10, keyIsHeld: held })
    }
    expect(tokens.get('recent')).toBeDefined()
    jest.setSystemTime(begin + 70_000 - 1)
    expect(tokens.get('recent')).toBeDefined()
    jest.setSystemTime(begin + 70_000)
    expect(['recent', 'other'].map((token) => tokens.get(token))).toEqual([undefined, undefined])
  } finally {
    jest.useRealTimers()
  }
})

test('before the first token there is none', () => {
  const tokens = new VerifiedTokens()
  expect(tokens.size).toBe(0)
  expect(tokens.get('a')).toBeUndefined()
})

test('not after the key has left the set, and not when it comes back', () => {
  const tokens = new VerifiedTokens()
  let isHeld = true
  tokens.set('a', { expiresAt: inAnHour(), keyIsHeld: () => isHeld })
  expect(tokens.get('a')).toBeDefined()
  isHeld = false
  expect(tokens.get('a')).toBeUndefined()
  isHeld = true
  expect(tokens.get('a')).toBeUndefined()
})

test('more than 1000 tokens are kept, the older ones by hash', () => {
  const tokens = new VerifiedTokens()
  const kept = Array.from({ length: 3000 }, () => ({ expiresAt: inAnHour(), keyIsHeld: held }))
  kept.forEach((each, i) => {
    tokens.set(`token ${String(i)}`, each)
  })
  expect(kept.every((each, i) => tokens.get(`token ${String(i)}`) === each)).toBe(true)
})

test('tokens that have ended make room, whether or not somebody asks for them', () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] })
  try {
    const tokens = new VerifiedTokens()
    for (let hour = 0; hour < 24; hour++) {
      for (let i = 0; i < 100; i++) {
        const token = `token ${String(hour * 100 + i)}`
        tokens.set(token, { expiresAt: inAnHour(), keyIsHeld: held })
        expect(tokens.get(token)).toBeDefined()
      }
      expect(tokens.size).toBeLessThanOrEqual(200) // this hour's, and those of the last one within the leeway
      jest.advanceTimersByTime(3600_000)
    }
    jest.advanceTimersByTime(60_000)
    tokens.set('last', { expiresAt: inAnHour(), keyIsHeld: held })
    expect(tokens.size).toBe(1)
  } finally {
    jest.useRealTimers()
  }
})
