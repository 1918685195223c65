import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import type { TokenError } from '../../../src/errors.js'
import { Authenticator, trustedIssuers } from '../../../src/inbound/authenticator.js'
import { type HealthState, principalHealth } from '../../../src/lib/telemetry/health.js'
import { decode } from '../../../src/token/decode.js'
import type { Issuer } from '../../../src/token/issuers/issuer.js'
import { KeySet } from '../../../src/token/keys/key-set.js'
import { TenantKeySets } from '../../../src/token/keys/tenant-key-sets.js'
import { iasProfile } from '../../../src/user/ias-profile.js'
import { CLIENT, startIas, TENANT, type TestIas } from '../../integration/ias/test-ias.js'
import { now } from '../../integration/inbound/support/claims.js'
import { jws } from '../../integration/inbound/support/jws.js'
import { keys, rs } from '../../integration/inbound/support/keys.js'

jest.mock('../../../src/lib/log.js')

const MINUTES = 60_000

const outcome = (verified: Promise<unknown>) =>
  verified.then(
    () => 'accepted',
    (error: unknown) => (error as TokenError).code
  )

const settled = () => new Promise((done) => setImmediate(done))

describe('Identity Authentication', () => {
  let ias: TestIas
  beforeAll(async () => {
    ias = await startIas()
    setDefaultCACertificates([...getCACertificates('default'), ias.ca])
  })
  afterAll(() => ias.stop())

  /** A host of a domain of the binding, at which there is nobody. */
  const NOBODY = 'localhost:1'

  const authenticator = (changes: object = { app_tid: TENANT }) => {
    const [host] = ias.credentials['domains'] as string[]
    const credentials = { ...ias.credentials, domains: [host, NOBODY], ...changes }
    return new Authenticator(trustedIssuers({ kind: 'principal' }, { ias: credentials as never }))
  }
  const stateOf = () => principalHealth().issuers['ias']

  const forged = () => {
    const { header, payload } = decode(ias.token({ iss: `https://${NOBODY}`, app_tid: 'invented' }))
    return jws({ ...header }, { ...payload }, rs(256, keys.attacker.privateKey))
  }

  test('a token that names a host at which there is nobody changes no state', async () => {
    const own = authenticator()
    expect(await outcome(own.verify(forged(), {}))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toBeUndefined()
    expect(await outcome(own.verify(ias.token(), {}))).toBe('accepted')
    const before = stateOf()
    expect(await outcome(own.verify(forged(), {}))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toEqual(before)
    expect(principalHealth().status).toBe('up')
  })

  test('nor does it with a binding that does not say the own tenant, once there was a good token', async () => {
    const own = authenticator({})
    expect(await outcome(own.verify(ias.token(), {}))).toBe('accepted')
    expect(await outcome(own.verify(forged(), {}))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'up' })
  })

  test('an outage at its own address shows, whichever token comes', async () => {
    const url = `https://${NOBODY}`
    for (const changes of [{ url, app_tid: TENANT }, { url }]) {
      expect(await outcome(authenticator().verify(ias.token(), {}))).toBe('accepted')
      const token = ias.token({ iss: url, azp: 'web', aud: [CLIENT, 'web'] })
      const failed = authenticator(changes).verify(token, {})
      expect(await outcome(failed)).toBe('ERR_ISSUER_UNAVAILABLE')
      expect(stateOf()).toMatchObject({ state: 'down', code: 'ERR_ISSUER_UNAVAILABLE' })
    }
  })
})

describe('an issuer with a key set for each tenant', () => {
  beforeEach(() =>
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  )
  afterEach(() => jest.useRealTimers())

  let count = 0

  /** Each test has an issuer of its own, with a state of its own. */
  function setUp(turns = { perSecond: 100, burst: 100 }) {
    const alias = `issuer-${String(count++)}`
    const away = new Set<string>()
    const create = (id: string) => {
      const load = () =>
        away.has(id)
          ? Promise.reject(new Error('away'))
          : Promise.resolve({ keys: [keys.good.jwk] })
      return new KeySet({ alias, algorithms: ['RS256'], load })
    }
    const sets = new TenantKeySets(create, ['own'], turns)
    const issuer: Issuer = {
      alias,
      trusts: alias,
      matches: () => true,
      async verify({ bearerToken, header, payload }) {
        const tenant = String(payload['app_tid'])
        const { kid, alg } = header as { kid: string; alg: string }
        const key = await sets.use({
          ...{ id: tenant, tenant, kid, alg, sender: ['somebody'] },
          isSignedBy: () => Promise.resolve(false),
          verify: (set) => set.key(kid, alg)
        })
        const keyIsHeld = sets.holder(tenant, key)
        return { issuer, bearerToken, payload, tenant, expiresAt: Number(payload.exp), keyIsHeld }
      },
      securityContext: () => ({})
    }
    const profile = iasProfile({ clientid: CLIENT, url: '', domains: [] })
    const authenticator = new Authenticator([{ issuer, profile }])
    return {
      away,
      stateOf: (): HealthState | undefined => principalHealth().issuers[alias],
      verify: (token: string) => outcome(authenticator.verify(token, {})),
      recall: (token: string) => authenticator.recall(token)
    }
  }

  const tokenOf = (tenant: string, kid = keys.good.jwk.kid) =>
    jws(
      { alg: 'RS256', kid },
      { sub: 'P1', azp: CLIENT, aud: CLIENT, app_tid: tenant, exp: now() + 7200 }
    )

  test('a tenant that has sent no good token, and one that has no turn, say nothing', async () => {
    const { away, stateOf, verify } = setUp({ perSecond: 0.1, burst: 1 })
    away.add('invented')
    expect(await verify(tokenOf('invented'))).toBe('ERR_ISSUER_UNAVAILABLE')
    const refused = verify(tokenOf('other'))
    await settled()
    jest.advanceTimersByTime(3000)
    expect(await refused).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toBeUndefined()
  })

  test("the application's own keys show an outage, also by a token of another tenant", async () => {
    const { away, stateOf, verify } = setUp()
    away.add('own').add('new')
    expect(await verify(tokenOf('new'))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'down' })
    away.clear()
    jest.advanceTimersByTime(5001)
    expect(await verify(tokenOf('own'))).toBe('accepted')
    expect(stateOf()).toMatchObject({ state: 'up' })
  })

  test('an outage that has begun since shows as well: keys that no longer count are looked up again', async () => {
    const { away, stateOf, verify } = setUp()
    expect(await verify(tokenOf('own'))).toBe('accepted')
    away.add('own').add('new')
    expect(await verify(tokenOf('new'))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'up' })
    jest.advanceTimersByTime(15 * MINUTES)
    expect(await verify(tokenOf('new'))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'down' })
  })

  test('a failed refresh is an outage while it lasts, and not afterwards', async () => {
    const { away, stateOf, verify } = setUp()
    expect(await verify(tokenOf('own'))).toBe('accepted')
    away.add('own').add('new')
    jest.advanceTimersByTime(6 * MINUTES)
    expect(await verify(tokenOf('new', 'another'))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'down' })
    away.delete('own')
    jest.advanceTimersByTime(MINUTES)
    expect(await verify(tokenOf('own'))).toBe('accepted')
    expect(await verify(tokenOf('new', 'another'))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'up' })
  })

  test('a tenant whose keys were there shows when they can not be had any more', async () => {
    const { away, stateOf, verify } = setUp()
    expect(await verify(tokenOf('subscriber'))).toBe('accepted')
    away.add('subscriber')
    jest.advanceTimersByTime(15 * MINUTES)
    expect(await verify(tokenOf('subscriber'))).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'down' })
  })

  test('a token that is kept shows that requests work again, and changes nothing while they do', async () => {
    const { away, stateOf, verify, recall } = setUp()
    const [token, other] = [tokenOf('own'), tokenOf('subscriber')]
    expect(await verify(token)).toBe('accepted')
    expect(await verify(other)).toBe('accepted')
    const before = stateOf()
    jest.advanceTimersByTime(1000)
    expect(recall(token)).toBeDefined()
    expect(stateOf()).toEqual(before)
    away.add('subscriber')
    jest.advanceTimersByTime(14 * MINUTES)
    expect(recall(token)).toBeDefined() // which has its keys looked up again
    await settled()
    jest.advanceTimersByTime(2 * MINUTES)
    expect(await verify(other)).toBe('ERR_ISSUER_UNAVAILABLE')
    expect(stateOf()).toMatchObject({ state: 'down' })
    expect(recall(token)).toBeDefined()
    expect(stateOf()).toMatchObject({ state: 'up' })
    expect(stateOf()).not.toHaveProperty('code')
  })
})
