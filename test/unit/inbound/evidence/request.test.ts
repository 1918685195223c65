import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'

import { TokenError } from '../../../../src/errors.js'
import {
  onPrincipalRequest,
  type PrincipalRequest
} from '../../../../src/inbound/evidence/request.js'
import { watchRequest } from '../../../../src/inbound/evidence/request.js'
import { factsOf } from '../../../../src/inbound/evidence/token-facts.js'
import { logFailure } from '../../../../src/lib/log.js'

const req = { method: 'GET', url: '/x?token=secret', headers: {} } as IncomingMessage

beforeEach(() => {
  cds.log('principal', { level: 'silent' } as never)
})

test('nothing is collected without a listener, and after the last one has gone', () => {
  expect(watchRequest(req, {} as ServerResponse)).toBeUndefined()
  const end = onPrincipalRequest(() => undefined)
  expect(watchRequest(req, {} as ServerResponse)).toBeDefined()
  end()
  expect(watchRequest(req, {} as ServerResponse)).toBeUndefined()
})

test('a host with a stand-in for the response gets the event after the authentication', () => {
  const requests: PrincipalRequest[] = []
  const end = onPrincipalRequest((request) => requests.push(request))
  watchRequest(req, {} as ServerResponse)?.authenticated(undefined)
  end()
  expect(requests).toMatchObject([{ method: 'GET', path: '/x', principal: 'anonymous' }])
  expect(requests[0]?.status).toBeUndefined()
  expect(Object.isFrozen(requests[0])).toBe(true)
})

test('the event comes once the answer was sent, with the last failure of this request', async () => {
  const requests: PrincipalRequest[] = []
  const end = onPrincipalRequest((request) => requests.push(request))
  const server = createServer((req, res) => {
    const context = { http: { req, res } }
    void cds.tx(context as never, async () => {
      const evidence = watchRequest(req, res)
      evidence?.authenticated(undefined)
      logFailure(
        new TokenError('ERR_TOKEN_EXPIRED', 'old', { sent: 'a', expected: 'b', fix: 'Log on.' })
      )
      expect(requests).toEqual([])
      res.writeHead(401).end()
    })
  }).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [answer] = (await once(get({ port, path: '/y?z' }), 'response')) as [IncomingMessage]
  answer.resume()
  while (!requests.length) await new Promise(setImmediate)
  end()
  server.close()
  expect(requests).toMatchObject([
    {
      path: '/y',
      status: 401,
      code: 'ERR_TOKEN_EXPIRED',
      hop: expect.any(String),
      cause: 'old (sent a ≠ expected b)',
      fix: 'Log on.'
    }
  ])
})

describe('facts about a token', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const facts = (claims: object, attributes = {}) =>
    factsOf(`${part({ alg: 'RS256' })}.${part(claims)}.AAAA`, attributes)

  test('names, and no values', () => {
    const claims = {
      iss: 'https://x.authentication.example/oauth/token',
      aud: 'a',
      cid: 'client',
      zid: 'zone',
      origin: 'idp',
      scope: ['s'],
      exp: 5,
      email: 'alice@example.com',
      user_name: 'alice'
    }
    expect(facts(claims, { plant: ['1010'] })).toEqual({
      issuer: 'x.authentication.example',
      audience: ['a'],
      client: 'client',
      tenant: 'zone',
      origin: 'idp',
      scopes: ['s'],
      attributes: ['plant'],
      expiresAt: 5
    })
  })

  test('of any shape, and not without end', () => {
    const many = Array.from({ length: 500 }, (_, i) => `scope${i}`.padEnd(900, 'x'))
    const { scopes } = facts({ scope: many })
    expect(scopes).toHaveLength(100)
    expect(scopes[0]).toHaveLength(200)
    expect(facts({ iss: 7, scope: { a: 1 }, exp: 'x', app_tid: 'line\nbreak' })).toMatchObject({
      scopes: [],
      tenant: 'line?break'
    })
  })
})
