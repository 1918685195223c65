import * as log from '../../../../src/lib/log.js'
import { TokenError } from '../../../../src/errors.js'
import { FetchError } from '../../../../src/lib/fetch-json.js'
import { KeySet } from '../../../../src/token/keys/key-set.js'
import { keys as pairs } from '../../../integration/inbound/support/keys.js'

jest.mock('../../../../src/lib/log.js')
const warnings = jest.mocked(log.logWarning).mock.calls

const SECOND = 1000
const MINUTE = 60 * SECOND
const REACH =
  'Check the network, the "uaadomain" or "url" of the binding ("issuer" or "jwks" of other issuers), and whether Node trusts the certificate.'
const NEW_KEYS =
  'The issuer has replaced its keys since; the emulated services do at every start. Get a new token (of the emulated services: npx cds-principal token <user>).'
const jwk = (kid: string, changes: object = {}) => ({ ...pairs.good.jwk, kid, ...changes })

let set: KeySet
let calls: number
/** What the issuer answers: a document, or an error. */
let answer: unknown
/** Milliseconds that an answer takes. */
let takes: number
let now = 1_800_000_000_000
beforeEach(() => {
  warnings.length = 0
  calls = 0
  answer = { keys: [jwk('k1')] }
  jest.spyOn(Date, 'now').mockImplementation(() => now)
  takes = 0
  const load = () => {
    calls++
    now += takes
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  set = new KeySet({ alias: 'partner', algorithms: ['RS256', 'RS512'], load })
})
afterEach(() => jest.restoreAllMocks())

const settled = () => new Promise((done) => setImmediate(done))

describe('a refusal says what is wrong and what to do', () => {
  test.each<[string, string, string]>([
    ['k2', 'RS256', 'is not among those of the issuer'],
    ['k1', 'RS512', 'is for another algorithm']
  ])('%s, %s', async (kid, alg, text) => {
    await expect(set.key(kid, alg)).rejects.toThrow(
      new Error(`the key with the "kid" of the token ${text}. ${NEW_KEYS}`)
    )
  })

  test('no key can be used', async () => {
    answer = { keys: [jwk('k1', { n: 'AQAB' })] }
    await expect(set.key('k1', 'RS256')).rejects.toThrow(
      new Error(
        'no key of the issuer can be used. Let the issuer use RSA keys with at least 2048 bits, or keys for its configured "algorithms".'
      )
    )
  })

  test.each<[unknown, string]>([
    [new FetchError('status', 'status 502', 502), 'status 502'],
    [new TypeError('https://secret.example'), 'unexpected TypeError'],
    [null, 'not a JWKS'],
    [{ keys: {} }, 'not a JWKS'],
    [{ keys: [] }, 'no keys']
  ])('%j: no keys can be had', async (result, reason) => {
    answer = result
    const message = `the keys of issuer "partner" can't be had: ${reason}. ${REACH}`
    const unavailable = expect.objectContaining({
      ...{ code: 'ERR_ISSUER_UNAVAILABLE', retryAfter: 5, message }
    }) as Error
    await expect(set.key('k1', 'RS256')).rejects.toEqual(unavailable)
    await expect(set.load()).rejects.toEqual(unavailable)
    expect(calls).toBe(1)
  })

  test('something else than an error', async () => {
    const load = jest.fn().mockRejectedValue('https://secret.example')
    const odd = new KeySet({ alias: 'partner', algorithms: ['RS256'], load })
    await expect(odd.load()).rejects.toThrow('unexpected string.')
  })

  test('of the tenant, it stays what it is', async () => {
    answer = new TokenError('ERR_TOKEN_TENANT', 'no keys for the tenant', { fix: 'Subscribe.' })
    const refused = { code: 'ERR_TOKEN_TENANT', message: 'no keys for the tenant. Subscribe.' }
    await expect(set.key('k1', 'RS256')).rejects.toMatchObject(refused)
  })
})

describe('another try is worth it after', () => {
  const retryAfter = (kid = 'k1') =>
    set.key(kid, 'RS256').then(
      () => 'a key',
      (error: unknown) => (error as TokenError).retryAfter
    )

  test('5 seconds while there are no keys; the time that has passed counts', async () => {
    answer = new FetchError('timeout', 'timeout')
    const waits: unknown[] = []
    for (let i = 0; i < 5; i++, now += 1.2 * SECOND) waits.push(await retryAfter())
    expect(waits).toEqual([5, 4, 3, 2, 1])
    expect(calls).toBe(1)
    answer = { keys: [jwk('k1')] }
    expect(await retryAfter()).toBe('a key')
  })

  test('5 seconds from the end of a failure, however long it took', async () => {
    answer = new FetchError('timeout', 'timeout')
    takes = 4 * SECOND
    expect(await retryAfter()).toBe(5)
  })

  test('30 seconds for an unknown key after a failure in the background', async () => {
    await set.load()
    answer = new FetchError('timeout', 'timeout')
    now += 5 * MINUTE
    set.holds('k1')
    await settled()
    now += 10 * SECOND
    expect(await retryAfter('k2')).toBe(20)
    expect(calls).toBe(2)
    const refused = { message: expect.stringContaining('is for another algorithm') as unknown }
    await expect(set.key('k1', 'RS512')).rejects.toMatchObject(refused)
  })

  test('30 seconds for an unknown key while there are others', async () => {
    await set.load()
    answer = new FetchError('timeout', 'timeout')
    expect(await retryAfter('k2')).toBe(30)
    now += 29 * SECOND
    expect(await retryAfter('k2')).toBe(1)
    expect(calls).toBe(2)
    now += SECOND
    expect(await retryAfter('k2')).toBe(30)
    expect(calls).toBe(3)
  })
})

describe('the age of the keys', () => {
  beforeEach(() => set.load())

  test('below 5 minutes they are not fetched anew, at 5 minutes they are', async () => {
    now += 5 * MINUTE - 1
    expect(set.holds('k1')).toBe(true)
    await settled()
    expect(calls).toBe(1)
    now += 1
    expect(set.holds('k1')).toBe(true)
    await settled()
    expect(calls).toBe(2)
  })

  test('below 15 minutes they count, at 15 they do not', () => {
    now += 15 * MINUTE - 1
    expect(set.holds('k1')).toBe(true)
    now += 1
    expect(set.holds('k1')).toBe(false)
    expect(set.find('k1', 'RS256')).toBeUndefined()
  })

  test('before they are too old, they need no load', async () => {
    await set.load()
    expect(calls).toBe(1)
    now += 15 * MINUTE
    await set.load()
    expect(calls).toBe(2)
  })
})

test('a key that is there is found without waiting, for its algorithm only', async () => {
  expect(set.find('k1', 'RS256')).toBeUndefined()
  await set.load()
  expect(set.find('k1', 'RS256')).toBe(await set.key('k1', 'RS256'))
  expect(set.find('k1', 'RS512')).toBeUndefined()
  expect(set.find('k2', 'RS256')).toBeUndefined()
})

test('a key that is declared for another algorithm than before is another key', async () => {
  answer = { keys: [jwk('k1', { alg: undefined })] }
  const before = await set.key('k1', 'RS512')
  answer = { keys: [jwk('k1')] }
  now += 15 * MINUTE
  expect(await set.key('k1', 'RS256')).not.toBe(before)
  await expect(set.key('k1', 'RS512')).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' })
})

describe('the log', () => {
  const reload = async (document: unknown) => {
    answer = document
    now += 15 * MINUTE
    await set.load()
  }

  test('names each reason once, and again when the issuer publishes something else', async () => {
    const odd = { keys: [null, 1, jwk('k1'), jwk('k1'), jwk('k1')] }
    const text = 'not all keys of issuer "partner" can be used:'
    const known = [[`${text} no JSON object; "kid" of another key`]]
    await reload(odd)
    await reload(odd)
    expect(warnings).toEqual(known)
    await reload({ keys: [jwk('k1')] })
    expect(warnings).toEqual(known)
    await reload({ keys: [null, jwk('k1')] })
    expect(warnings).toEqual([...known, [`${text} no JSON object`]])
  })

  test.each([
    [100, []],
    [101, [['not all keys of issuer "partner" can be used: more than 100 keys']]]
  ])('%i keys', async (count, expected) => {
    await reload({ keys: Array.from({ length: count }, (_, i) => jwk(`k${String(i)}`)) })
    expect(warnings).toEqual(expected)
    expect(set.holds('k99')).toBe(true)
    expect(set.holds('k100')).toBe(false)
  })

  test('has nothing about a failure that requests report themselves', async () => {
    answer = new FetchError('timeout', 'timeout')
    await expect(set.load()).rejects.toThrow('timeout')
    expect(warnings).toEqual([])
  })

  test('has one line about failures in the background, and another one after a success', async () => {
    await set.load()
    const steps = { 5: 'down', 6: 'down', 7: 'up', 12: 'down' }
    const begin = now
    for (const [minute, state] of Object.entries(steps)) {
      now = begin + Number(minute) * MINUTE
      answer = state === 'up' ? { keys: [jwk('k1')] } : new FetchError('timeout', 'timeout')
      set.holds('k1')
      await settled()
    }
    const line = `the keys of issuer "partner" can't be had: timeout. ${REACH}`
    expect(warnings).toEqual([[line], [line]])
  })
})
