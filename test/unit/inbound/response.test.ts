import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'

import { addChallengeToResponse, forbid } from '../../../src/inbound/response.js'

beforeEach(() => {
  cds.log('principal', { level: 'silent' } as never)
})

/** Sends a request to a server that answers in this way, and returns the status and the challenge. */
async function answerOf(respond: (res: ServerResponse) => void) {
  const server = createServer((req, res) => {
    addChallengeToResponse(res, req, {})
    respond(res)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const { status, headers } = await fetch(`http://127.0.0.1:${String(port)}/x`)
  await new Promise((done) => server.close(done))
  return { status, challenge: headers.get('www-authenticate') }
}

test('a 403 of the application has no challenge: another log-on would be in vain', async () => {
  const answer = await answerOf((res) => res.writeHead(403).end())
  expect(answer).toEqual({ status: 403, challenge: null })
})

test('a 403 for a missing role has one, also at a path that is not known as that of a service', async () => {
  const answer = await answerOf((res) => {
    forbid(res, () => undefined)
  })
  expect(answer).toEqual({ status: 403, challenge: 'Bearer error="insufficient_scope"' })
})
