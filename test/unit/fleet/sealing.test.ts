import { randomBytes } from 'node:crypto'

import { boundSecrets, placeOf, Sealing } from '../../../src/fleet/sealing.js'

const secret = () => randomBytes(32).toString('base64')
const CURRENT = secret()
const LAST = secret()

describe('sealing of entries', () => {
  const sealing = new Sealing([CURRENT])

  test('an entry is readable for its own purpose, with the same secret', () => {
    const entry = sealing.seal('token ä', 'place 1')
    expect(new Sealing([CURRENT]).open(entry, 'place 1')).toBe('token ä')
  })

  test('an entry of another place, or of another secret, is not readable', () => {
    const entry = sealing.seal('token', 'place 1')
    expect(sealing.open(entry, 'place 2')).toBeUndefined()
    expect(new Sealing([LAST]).open(entry, 'place 1')).toBeUndefined()
  })

  test('two entries of the same text have nothing in common but the version and the key', () => {
    const [one, two] = [sealing.seal('token', 'place'), sealing.seal('token', 'place')]
    expect(one.split('.').slice(0, 2)).toEqual(two.split('.').slice(0, 2))
    expect(one.split('.')[2]?.slice(0, 16)).not.toBe(two.split('.')[2]?.slice(0, 16))
  })

  test('every single change of an entry makes it unreadable', () => {
    const entry = sealing.seal('{"value":"token"}', 'place')
    const bytes = Buffer.from(entry)
    const opened = Array.from({ length: 8 * bytes.length }, (_, bit) => {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      return sealing.open(changed.toString('latin1'), 'place')
    })
    // the last character of Base64 has bits that are not used
    expect(opened.filter((text) => text !== undefined && text !== '{"value":"token"}')).toEqual([])
    expect(opened.filter((text) => text === undefined).length).toBeGreaterThan(8 * bytes.length - 8)
  })

  test('shortened, extended and invented entries are not readable', () => {
    const entry = sealing.seal('token', 'place')
    const [version, id, data = ''] = entry.split('.')
    const shortTag = Buffer.from(data, 'base64url').subarray(0, -4).toString('base64url')
    const invented = [
      ...Array.from({ length: entry.length }, (_, end) => entry.slice(0, end)),
      `${entry}.`,
      `${entry}AAAA`,
      'token',
      '{"value":"token"}',
      `v1.${String(id)}.`,
      `v0.${String(id)}.${data}`,
      [version, id, shortTag].join('.'),
      `v1.00000000.${data}`,
      ...Array.from(
        { length: 500 },
        () => `v1.${String(id)}.${randomBytes(40).toString('base64url')}`
      )
    ]
    const readable = invented.filter((each) => sealing.open(each, 'place') !== undefined)
    expect(readable).toEqual([])
  })

  test('an entry of another secret or version is told from one that was changed', () => {
    const entry = sealing.seal('token', 'place')
    const [, id, data = ''] = entry.split('.')
    const foreign = [
      new Sealing([LAST]).seal('token', 'place'),
      `v2.${String(id)}.${data}`,
      `v1.00000000.${data}`
    ]
    expect(foreign.map((each) => sealing.isForeign(each))).toEqual([true, true, true])
    const own = [
      entry,
      `${entry}AAAA`,
      `v1.${String(id)}.`,
      'v1.00000000.',
      `v1.x.${data}`,
      'token',
      ''
    ]
    expect(own.filter((each) => sealing.isForeign(each))).toEqual([])
    expect(new Sealing([CURRENT, LAST]).isForeign(foreign[0]!)).toBe(false)
  })

  test('after a rotation, entries of both secrets are readable, and new ones have the first secret', () => {
    const rotated = new Sealing([CURRENT, LAST])
    expect(rotated.open(new Sealing([LAST]).seal('old', 'place'), 'place')).toBe('old')
    const entry = rotated.seal('new', 'place')
    expect(new Sealing([CURRENT]).open(entry, 'place')).toBe('new')
    expect(new Sealing([LAST]).open(entry, 'place')).toBeUndefined()
  })

  test('neither an entry nor its name shows what is there', () => {
    const about = '["service-tokens","tenant-1",["destination","sb-client"]]'
    const entry = sealing.seal('eyJ.token', about)
    for (const word of ['eyJ', 'tenant-1', 'sb-client', CURRENT]) {
      expect(`${entry} ${placeOf(about)}`).not.toContain(word)
    }
  })
})

describe('bound secrets', () => {
  const of = (cacheSecrets: unknown) =>
    boundSecrets('keys', { keys: { credentials: { cacheSecrets } } })

  test('one text, a list of two, and both as text of a Kubernetes secret', () => {
    expect(of(CURRENT)).toEqual([CURRENT])
    expect(of([CURRENT, LAST])).toEqual([CURRENT, LAST])
    expect(of(JSON.stringify([CURRENT, LAST]))).toEqual([CURRENT, LAST])
    expect(of(`${CURRENT}\n`)).toEqual([CURRENT])
  })

  test.each([
    ['none', undefined, /cacheSecrets is missing/],
    ['an empty list', [], /cacheSecrets is missing/],
    ['three', [CURRENT, LAST, secret()], /3 secrets: at most two/],
    ['a short one', 'password', /at least 32 characters/],
    ['no text', [{ key: CURRENT }], /at least 32 characters/]
  ])('%s: the start stops', (_, value, message) => {
    expect(() => of(value)).toThrow(message)
    expect(() => of(value)).toThrow('cds.requires.keys.credentials.cacheSecrets')
  })
})
