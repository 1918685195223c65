import { inspect } from 'node:util'

import cds from '@sap/cds'

import type {
  CredentialStoreOptions as StoreOptions,
  ScriptedAnswer
} from '../../../../../emulator/src/index.js'
import { createDelegationKeys } from '../../../../../emulator/src/delegation/delegation-keys.js'
import { assertionKeys, recordKeys } from '../../../../../src/delegation/keys/keys.js'
import type { DelegatedService } from '../../../../../src/delegation/options.js'
import { muteConsole } from '../../../../support/console.js'
import { Landscape } from '../../../destination/support/landscape.js'

muteConsole('warn', 'error', 'info')

// the stores are read again every five minutes, also when their tests have ended
const intervals = jest.spyOn(globalThis, 'setInterval')
afterAll(() => {
  for (const { value } of intervals.mock.results) clearInterval(value as NodeJS.Timeout)
  intervals.mockRestore()
})

const PLACE = { namespace: 'cds-principal', name: 'delegation-keys' }
const requires = cds.env.requires as Record<string, unknown>
let count = 0
let landscape: Landscape

/** Binds the store under a name of its own, as a store is known by its name. */
function bound(options: object = {}, change: object = {}): string {
  const [binding] = landscape.emulator.vcapServices().credstore ?? []
  const name = `store-${String(++count)}`
  const credentials = { ...binding?.credentials, ...change }
  requires[name] = { kind: 'credstore', credentialStore: options, credentials }
  return name
}

type Keys = Awaited<ReturnType<typeof createDelegationKeys>>
const keysOf = (kid: string) => createDelegationKeys('test', kid)

/** Puts keys into the store, as the cockpit does. */
function store(keys: readonly Keys[], { namespace, name } = PLACE): void {
  const file = {
    recordKeys: keys.map(({ recordKey }) => recordKey),
    assertionKeys: keys.map(({ assertionKey }) => assertionKey)
  }
  const value = Buffer.from(JSON.stringify(file)).toString('base64')
  landscape.emulator.credentialStore.write(namespace, { name, value })
}

/** Lets the store answer the next requests in this way. */
function answer(times: number, scripted: ScriptedAnswer): void {
  for (let i = 0; i < times; i++) landscape.emulator.enqueue('credstore', scripted)
}

const assertionKeyIds = (credentials: string) =>
  assertionKeys({ name: 'S4', credentials } as DelegatedService).map(({ kid }) => kid)
const requests = () => landscape.emulator.requests('credstore').length

test.each<[StoreOptions['authentication']]>([['mtls'], ['basic'], ['oauth:mtls']])(
  'keys are read with %s, once for all who ask',
  async (authentication) => {
    landscape = await Landscape.start({
      credentialStore: { authentication: authentication ?? 'mtls', permissions: ['read'] }
    })
    const name = bound()
    store([await keysOf('new'), await keysOf('old')])
    const all = await Promise.all([recordKeys(name), recordKeys(name)])
    expect(all.map(({ kid }) => kid)).toEqual(['new', 'new'])
    expect([...(await recordKeys(name)).publicKeys.keys()]).toEqual(['new', 'old'])
    expect(assertionKeyIds(name)).toEqual(['new', 'old'])
    expect(requests()).toBe(authentication === 'oauth:mtls' ? 2 : 1)
    await landscape.stop()
  }
)

describe('with mutual TLS', () => {
  beforeAll(async () => {
    landscape = await Landscape.start({ credentialStore: true })
  })
  afterAll(() => landscape.stop())
  beforeEach(() => {
    landscape.emulator.credentialStore.remove(PLACE.namespace, PLACE.name)
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  test('another namespace and name', async () => {
    const place = { namespace: 'mine', name: 'keys' }
    const name = bound(place)
    store([await keysOf('a')], place)
    expect((await recordKeys(name)).kid).toBe('a')
  })

  test('an instance without encryption of payloads', async () => {
    const name = bound({}, { encryption: {} })
    const { recordKey } = await keysOf('a')
    const value = Buffer.from(JSON.stringify({ recordKeys: [recordKey] })).toString('base64')
    landscape.emulator.enqueue('credstore', { body: { value } })
    expect((await recordKeys(name)).kid).toBe('a')
  })

  describe('what can not be read stops the start, and says why', () => {
    const jose = { 'content-type': 'application/jose' }
    test.each<[string, number, ScriptedAnswer, RegExp]>([
      [
        'no such key',
        1,
        { status: 404 },
        /status 404\. Create it: "npx cds-principal delegations init"/
      ],
      ['no permission', 1, { status: 403 }, /status 403\. Give the binding the permission "read"/],
      ['a binding that is over', 1, { status: 401 }, /status 401\. The binding is not accepted/],
      ['another answer', 1, { status: 400 }, /status 400\. Look at the availability/],
      ['an answer for somebody else', 1, { headers: jose, body: 'secret' }, /can't be decrypted/],
      ['an answer without keys', 1, { body: { value: 'secret' } }, /has no "recordKeys"/],
      ['too much', 3, { body: 'x'.repeat(200_000) }, /read: more than 131072 bytes, 3 times/]
    ])('%s', async (_, times, scripted, message) => {
      const name = bound()
      answer(times, scripted)
      const failed = await recordKeys(name).then(String, (error: unknown) => error)
      expect(failed).toMatchObject({ code: 'ERR_DELEGATION_KEYS', unrecoverable: false })
      expect((failed as Error).message).toMatch(message)
      expect((failed as Error).message).toContain('key "delegation-keys" in the namespace')
      expect((failed as Error).message).not.toContain('secret')
    })

    test('an encrypted answer, and the binding has no key for it', async () => {
      const name = bound({}, { encryption: {} })
      store([await keysOf('a')])
      await expect(recordKeys(name)).rejects.toThrow(/key that the binding does not have/)
    })

    test('keys that are none', async () => {
      const name = bound()
      const value = Buffer.from('{"recordKeys":[{"kty":"oct"}]}').toString('base64')
      landscape.emulator.credentialStore.write(PLACE.namespace, { name: PLACE.name, value })
      await expect(recordKeys(name)).rejects.toMatchObject({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          /^cds\.requires\.store-\d+ \(key "delegation-keys" in the Credential Store\)\.recordKeys has/
        ) as unknown
      })
    })

    test('a failure that passes stops nothing, and a failure is not kept', async () => {
      const name = bound()
      store([await keysOf('a')])
      const before = requests()
      for (const status of [503, 429]) answer(1, { status })
      expect((await recordKeys(name)).kid).toBe('a')
      expect(requests() - before).toBe(3)
      const other = `${name}-other`
      requires[other] = requires[name]
      answer(3, { reset: true })
      await expect(recordKeys(other)).rejects.toThrow(/network error ECONNRESET, 3 times/)
      expect((await recordKeys(other)).kid).toBe('a')
    })

    test('no answer in time', async () => {
      const name = bound()
      const timeouts = jest
        .spyOn(AbortSignal, 'timeout')
        .mockImplementation(() => AbortSignal.abort())
      await expect(recordKeys(name)).rejects.toThrow(/can't be read: timeout, 3 times/)
      expect(timeouts).toHaveBeenCalledWith(5000)
      timeouts.mockRestore()
    })
  })

  describe('rotation', () => {
    /** Lets minutes pass, until the store was asked once more. */
    const passed = () => {
      const before = requests()
      return until(() => {
        jest.advanceTimersByTime(60_000)
        return Promise.resolve(requests() > before)
      })
    }
    const until = async (holds: () => Promise<boolean>) => {
      while (!(await holds())) await new Promise(setImmediate)
    }
    const fake = () =>
      jest.useFakeTimers({
        doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask']
      })

    // a look waits for the read that is under way, so that none ends after the tests
    afterEach(() => recordKeys(`store-${String(count)}`, 'none').catch(() => undefined))

    test('the store is read again: keys that were replaced count, those that are none do not', async () => {
      fake()
      const name = bound({ refresh: '1m' })
      const [one, two] = [await keysOf('one'), await keysOf('two')]
      store([one])
      expect((await recordKeys(name)).kid).toBe('one')
      store([two, one])
      await passed()
      await until(async () => (await recordKeys(name)).kid === 'two')
      expect(assertionKeyIds(name)).toEqual(['two', 'one'])
      landscape.emulator.credentialStore.remove(PLACE.namespace, PLACE.name)
      await passed()
      await passed() // the first answer is judged by now
      expect((await recordKeys(name)).kid).toBe('two')
      store([one])
      await passed()
      await until(async () => (await recordKeys(name)).kid === 'one')
      expect([...(await recordKeys(name)).publicKeys.keys()]).toEqual(['one'])
    })

    test('keys for records without those for assertions do not replace both', async () => {
      fake()
      const name = bound({ refresh: '1m' })
      store([await keysOf('one')])
      expect((await recordKeys(name)).kid).toBe('one')
      const { recordKey } = await keysOf('two')
      const value = Buffer.from(JSON.stringify({ recordKeys: [recordKey] })).toString('base64')
      landscape.emulator.credentialStore.write(PLACE.namespace, { name: PLACE.name, value })
      await passed()
      await passed() // the first answer is judged by now
      expect((await recordKeys(name)).kid).toBe('one')
      expect(assertionKeyIds(name)).toEqual(['one'])
      const log = jest
        .mocked(console.error)
        .mock.calls.flat()
        .map((each) => inspect(each))
        .join()
      expect(log).toMatch(/Credential Store\)\.assertionKeys is missing/)
    })

    describe('a record of a key that is not known', () => {
      const notNow = { code: 'ERR_DELEGATION_KEYS', unrecoverable: false }
      let name: string
      let keys: Keys[]
      beforeEach(async () => {
        fake()
        name = bound()
        keys = [await keysOf('one'), await keysOf('two')]
        store(keys.slice(0, 1))
        expect((await recordKeys(name)).publicKeys.has('two')).toBe(false)
      })
      const minuteLater = () => jest.setSystemTime(Date.now() + 60_001)
      /** Asks for a key, and returns if it is known, and how often the store was asked. */
      const lookFor = async (kid: string) => {
        const before = requests()
        const { publicKeys } = await recordKeys(name, kid)
        return [publicKeys.has(kid), requests() - before]
      }

      test('the store is read at once', async () => {
        store(keys)
        expect(await lookFor('two')).toEqual([true, 1])
      })

      test('and not all the time: what can not be judged now is tried again', async () => {
        expect(await lookFor('forged')).toEqual([false, 1])
        store(keys)
        const before = requests()
        await expect(recordKeys(name, 'two')).rejects.toMatchObject(notNow)
        expect(requests()).toBe(before)
        minuteLater()
        expect(await lookFor('two')).toEqual([true, 1])
        expect(await lookFor('two')).toEqual([true, 0])
      })

      test('the store does not answer', async () => {
        answer(1, { status: 404 })
        await expect(recordKeys(name, 'two')).rejects.toMatchObject(notNow)
        store(keys)
        await expect(recordKeys(name, 'two')).rejects.toMatchObject(notNow)
        minuteLater()
        expect(await lookFor('two')).toEqual([true, 1])
      })

      test('others wait for the look that is under way', async () => {
        const before = requests()
        answer(1, { status: 503 })
        const first = Promise.all([recordKeys(name, 'two'), recordKeys(name, 'two')])
        await until(() => Promise.resolve(requests() > before))
        store(keys)
        const second = recordKeys(name, 'two')
        // this look has begun before it
        await expect(recordKeys(name, 'forged')).rejects.toMatchObject(notNow)
        const all = [...(await first), await second]
        expect(all.map(({ publicKeys }) => publicKeys.has('two'))).toEqual([true, true, true])
        expect(requests() - before).toBe(2)
      })
    })
  })
})
