import { expectConstantText, identityOf, bearer, PUBLIC, WHOAMI } from './support/case.js'
import type { Clock } from '../oidc/clock.js'
import type { InboundApp } from './support/inbound-app.js'
import { userToken } from './support/jws.js'
import type { TestXsuaa } from './support/test-xsuaa.js'
import { type Answer, exchange, send, type Wire } from './support/wire.js'
import { withoutMetadata } from '../../support/challenge.js'

/** The app under test and whose tokens it accepts; there when a test runs. */
export type Subject = () => { app: InboundApp; xsuaa: TestXsuaa; clock: Clock }

const JSON_TYPE = 'Content-Type: application/json'

const tokenOf = (xsuaa: TestXsuaa, user: string, claims: object = {}) =>
  userToken(xsuaa, { user_name: user, ...claims })

/** More than one request, of one client or of several. */
export function describeSequences(subject: Subject): void {
  describe('what may be stored', () => {
    test('an answer to a user is private', async () => {
      const { app, xsuaa } = subject()
      const { headers } = await send(app.url, bearer(userToken(xsuaa)))
      expect(headers['cache-control']).toBe('private')
    })

    test('the application has the last word', async () => {
      const { app, xsuaa } = subject()
      const path = '/odata/v4/inbound/cacheable()'
      const { headers } = await send(app.url, bearer(userToken(xsuaa), path))
      expect(headers['cache-control']).toBe('public, max-age=60')
    })

    test('an answer to nobody may be stored', async () => {
      const { app } = subject()
      const { headers } = await send(app.url, { path: `${PUBLIC}/ping()` })
      expect(headers['cache-control']).toBeUndefined()
    })
  })

  describe('parts of a $batch are requests of the same user', () => {
    test.each(BATCHES)('%s', async (_, batch) => {
      const { app, xsuaa } = subject()
      const path = '/odata/v4/inbound/$batch'
      const mine = `Authorization: Bearer ${tokenOf(xsuaa, 'alice')}`
      const other = tokenOf(xsuaa, 'bob', { scope: ['inbound!b1.Supervisor'] })
      const { status, body } = await send(app.url, batch(path, [mine], other))
      expect(status).toBe(200)
      expect([...body.matchAll(/"id":"(alice|bob)"/g)].map(([, id]) => id)).toEqual([
        'alice',
        'alice'
      ])
      expect(body).not.toContain('bob')
      expect(body).toMatch(/403/) // supervisorOnly
    })

    test.each(BATCHES)('%s: a token in a part does not authenticate', async (_, batch) => {
      const { app, xsuaa } = subject()
      const wire = batch('/odata/v4/inbound/$batch', [], tokenOf(xsuaa, 'bob'))
      const answer = await send(app.url, wire)
      expect(answer.status).toBe(401)
      expect(withoutMetadata(answer.headers['www-authenticate'])).toBe('Bearer')
      expectConstantText(answer)
    })

    test.each([
      ['a user', (token: string) => [`Authorization: Bearer ${token}`]],
      ['nobody', () => []]
    ])('of %s: handlers do not see the Authorization of a part', async (_, lines) => {
      const { app, xsuaa } = subject()
      const headers = {
        Authorization: `Bearer ${tokenOf(xsuaa, 'bob')}`,
        authorization: 'Bearer x'
      }
      const requests = [{ id: '1', method: 'GET', url: '/seen()', headers }]
      const answer = await send(app.url, {
        method: 'POST',
        path: `${PUBLIC}/$batch`,
        headers: [JSON_TYPE, ...lines(tokenOf(xsuaa, 'alice'))],
        body: JSON.stringify({ requests })
      })
      expect(answer.status).toBe(200)
      const { responses } = JSON.parse(answer.body) as {
        responses: { body: { value: string[] } }[]
      }
      expect(responses[0]?.body.value).not.toContain('req.headers')
    })
  })

  describe('a connection has no user', () => {
    test('a token is forgotten with its request', async () => {
      const { app, xsuaa } = subject()
      const good = bearer(userToken(xsuaa))
      const bob = bearer(tokenOf(xsuaa, 'bob'))
      const forged = bearer(`${userToken(xsuaa).slice(0, -12)}${'A'.repeat(12)}`)
      const none: Wire = { path: WHOAMI }
      const open: Wire = { path: `${PUBLIC}/whoami()` }
      const answers = await exchange(app.url, [good, none, forged, bob, open, good])
      expect(answers.map(nameOf)).toEqual(['alice', 401, 401, 'bob', 'anonymous', 'alice'])
    })

    test('60 users at the same time', async () => {
      const { app, xsuaa } = subject()
      const names = Array.from({ length: 60 }, (_, i) => `user-${i}`)
      const answers = await Promise.all(
        names.map((name, i) =>
          send(
            app.url,
            bearer(tokenOf(xsuaa, name, { 'xs.user.attributes': { country: [String(i)] } }))
          )
        )
      )
      expect(answers.map(nameOf)).toEqual(names)
      expect(
        answers.map((each) => (JSON.parse(identityOf(each).attr) as { country: string[] }).country)
      ).toEqual(names.map((_, i) => [String(i)]))
    })

    test('the same token 30 times at the same time, and forgeries of it', async () => {
      const { app, xsuaa } = subject()
      const token = tokenOf(xsuaa, 'carol')
      const requests = Array.from({ length: 30 }, (_, i) =>
        i % 3 ? token : `${token.slice(0, -12)}${'A'.repeat(12)}`
      )
      const answers = await Promise.all(requests.map((each) => send(app.url, bearer(each))))
      expect(answers.map(nameOf)).toEqual(requests.map((each) => (each === token ? 'carol' : 401)))
    })
  })

  test('what code changes on a user is gone with the request', async () => {
    const { app, xsuaa } = subject()
    const token = tokenOf(xsuaa, 'dave')
    const before = identityOf(await send(app.url, bearer(token)))
    const tampered = await send(app.url, {
      method: 'POST',
      path: '/odata/v4/inbound/tamper',
      headers: [`Authorization: Bearer ${token}`, JSON_TYPE],
      body: '{}'
    })
    expect(tampered.status).toBe(200)
    const after = identityOf(await send(app.url, bearer(token)))
    expect(after).toEqual(before)
    expect(before).toMatchObject({
      id: 'dave',
      attr: expect.stringContaining('"country":["DE"]') as unknown
    })
    const supervisor = await send(app.url, bearer(token, '/odata/v4/inbound/supervisorOnly()'))
    expect(supervisor.status).toBe(403)
  })

  test('a token is accepted until it ends, and not longer because it was known', async () => {
    const { app, xsuaa, clock } = subject()
    const token = tokenOf(xsuaa, 'erin', { exp: Math.floor(Date.now() / 1000) + 30 })
    const status = async () => (await send(app.url, bearer(token))).status
    expect(await status()).toBe(200)
    clock.advance(60) // within the leeway
    expect(await status()).toBe(200)
    clock.advance(40)
    expect(await status()).toBe(401)
    clock.advance(-100)
  })
}

function nameOf(answer: Answer): string | number | null {
  return answer.status === 200 ? identityOf(answer).id : answer.status
}

type Batch = (path: string, lines: string[], token: string) => Wire

/** Three parts with a token of their own: a function, an action, and something that their user could call. */
const BATCHES: [string, Batch][] = [
  ['JSON', (path, lines, token) => jsonBatch(path, lines, token)],
  ['JSON, as a change set', (path, lines, token) => jsonBatch(path, lines, token, 'g1')],
  ['multipart', multipartBatch]
]

function jsonBatch(path: string, lines: string[], token: string, atomicityGroup?: string): Wire {
  const headers = {
    Authorization: `Bearer ${token}`,
    authorization: `Bearer ${token}`,
    'content-type': 'application/json'
  }
  const requests = [
    { id: '1', method: 'GET', url: '/whoami()', headers },
    {
      id: '2',
      method: 'POST',
      url: '/touch',
      headers,
      body: {},
      ...(atomicityGroup && { atomicityGroup })
    },
    { id: '3', method: 'GET', url: '/supervisorOnly()', headers }
  ]
  const headerLines = [JSON_TYPE, 'Prefer: odata.continue-on-error', ...lines]
  return { method: 'POST', path, headers: headerLines, body: JSON.stringify({ requests }) }
}

function multipartBatch(path: string, lines: string[], token: string): Wire {
  const part = (request: string, body = '') =>
    [
      '--b',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      `${request} HTTP/1.1`,
      `Authorization: Bearer ${token}`,
      'Accept: application/json',
      ...(body ? [JSON_TYPE] : []),
      '',
      body
    ].join('\r\n')
  const parts = [part('GET whoami()'), part('POST touch', '{}'), part('GET supervisorOnly()')]
  const headers = [
    'Content-Type: multipart/mixed; boundary=b',
    'Prefer: odata.continue-on-error',
    ...lines
  ]
  return { method: 'POST', path, headers, body: `${parts.join('\r\n')}\r\n--b--\r\n` }
}
