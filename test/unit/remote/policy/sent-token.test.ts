import type { PropagationError } from '../../../../src/errors.js'
import {
  checkLifetime,
  lastsLongEnough,
  sentToken
} from '../../../../src/remote/policy/sent-token.js'
import { TokenPrincipal } from '../../../../src/user/principal.js'

const NOW = 1_800_000_000
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** Looked into, and never verified here. */
const token = (exp: number) => `${part({ alg: 'RS256' })}.${part({ exp })}.c2ln`

const OWN = token(NOW + 100)
const OTHER = token(NOW + 50)
const ALICE = new TokenPrincipal({
  ...{ userId: 'alice', tenant: 't1', issuer: 'xsuaa' },
  expiresAt: NOW + 100,
  bearerToken: OWN
})
const retrieved = (value: string) => ({ value, type: 'bearer', expiresIn: '50' }) as never
const proxy = (headers?: object) => ({ host: 'h', port: 1, protocol: 'http', headers }) as object

beforeEach(() => jest.useFakeTimers({ now: NOW * 1000 }))
afterEach(() => jest.useRealTimers())

describe('the token that tells the remote system who the user is', () => {
  test('is the one that was retrieved for the destination, before all others', () => {
    const headers = { authorization: `Bearer ${OWN}` }
    const sent = sentToken({ authTokens: [retrieved(OTHER)], headers }, ALICE)
    expect(sent).toEqual({ exchanged: true, end: NOW + 50 })
  })

  test('says nothing about its end where it is opaque and was retrieved elsewhere', () => {
    const sent = sentToken({ authTokens: [retrieved('opaque')] }, ALICE)
    expect(sent).toEqual({ exchanged: true, end: undefined })
  })

  test('is the one for the Cloud Connector, before a header of the destination', () => {
    const proxyConfiguration = proxy({ 'SAP-Connectivity-Authentication': `Bearer ${OTHER}` })
    const headers = { authorization: `Bearer ${OWN}` }
    const sent = sentToken({ proxyConfiguration, headers } as never, ALICE)
    expect(sent).toEqual({ exchanged: true, end: NOW + 50 })
  })

  test('is the one in a header of the destination, before the user’s own', () => {
    const headers = { authorization: `Bearer ${OTHER}` }
    for (const proxyConfiguration of [undefined, proxy(), proxy({})]) {
      const sent = sentToken({ proxyConfiguration, headers } as never, ALICE)
      expect(sent).toEqual({ exchanged: true, end: NOW + 50 })
    }
  })

  test('is the user’s own where it is forwarded, or where nothing else is known', () => {
    const own = { exchanged: false, end: NOW + 100 }
    const proxyConfiguration = proxy({ 'SAP-Connectivity-Authentication': `Bearer ${OWN}` })
    expect(sentToken({ headers: { authorization: `Bearer ${OWN}` } }, ALICE)).toEqual(own)
    expect(sentToken({ proxyConfiguration } as never, ALICE)).toEqual(own)
    expect(sentToken({ authTokens: [], headers: { authorization: 1 } }, ALICE)).toEqual(own)
    expect(sentToken({}, ALICE)).toEqual(own)
  })

  test('loses the scheme at its beginning, and nothing else', () => {
    const headers = { authorization: `${OTHER.slice(0, 9)}Bearer ${OTHER.slice(9)}` }
    expect(sentToken({ headers }, ALICE)).toEqual({ exchanged: true, end: undefined })
  })
})

test('a token has to last for more than the seconds that are asked for; one without an end lasts', () => {
  expect(lastsLongEnough(NOW + 61, 60)).toBe(true)
  expect(lastsLongEnough(NOW + 60, 60)).toBe(false)
  expect(lastsLongEnough(NOW - 1, 0)).toBe(false)
  expect(lastsLongEnough(undefined, 60)).toBe(true)
})

describe('a token is judged when it is sent', () => {
  test('one that lasts is no error', () => {
    expect(() => checkLifetime('S4', {}, ALICE, 99)).not.toThrow()
  })

  test('one that ends before is an expired one, and the message says what to do', () => {
    const check = () => checkLifetime('S4', {}, ALICE, 100)
    expect(check).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_EXPIRES', status: 401 }))
    expect(check).toThrow(/^"S4" is called on behalf of a named user/)
    expect(check).toThrow(
      /does not last the 100 seconds of "minTokenLifetime" \(sent a token with 100 s left ≠ expected 100 s\)\. Nothing was sent\./
    )
    expect(check).toThrow(/Let the client repeat the request with a new token\.$/)
  })

  test.each([
    [-1, 'a token with 1 s left'],
    [0, 'a token that ended 0 s ago'],
    [30, 'a token that ended 30 s ago']
  ])('%d seconds after its end, the refusal says so', (seconds, sent) => {
    jest.setSystemTime((NOW + 100 + seconds) * 1000)
    const facts = (name: string | null) => {
      try {
        checkLifetime('S4', { name }, ALICE, 5)
      } catch (error) {
        return (error as PropagationError).explanation
      }
      return undefined
    }
    const known = { service: 'S4', principal: 'named', sent, expected: '5 s' }
    expect(facts('D')).toMatchObject({ ...known, destination: 'D' })
    expect(facts(null)).toMatchObject(known)
    expect(facts(null)).not.toHaveProperty('destination')
  })

  test('one that does not say when it ends is no error', () => {
    const authTokens = [retrieved('opaque')]
    expect(() => checkLifetime('S4', { authTokens }, ALICE, 1e9)).not.toThrow()
  })

  test('what counts is the token that goes out, not the one that came', () => {
    const authTokens = [retrieved(OTHER)]
    expect(() => checkLifetime('S4', { authTokens }, ALICE, 49)).not.toThrow()
    expect(() => checkLifetime('S4', { authTokens }, ALICE, 50)).toThrow(/"S4"/)
  })
})
