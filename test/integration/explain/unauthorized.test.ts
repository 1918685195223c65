import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { withoutMetadata } from '../../support/challenge.js'
import { RunningSample } from '../../support/running-sample.js'
import { linesOf } from './lines.js'

let sample: RunningSample
let backend: Server
let url: string
beforeAll(async () => {
  sample = await RunningSample.start({ extra: join(__dirname, 'app') })
  backend = createServer(({ headers }, res) => {
    const isRight = headers.authorization === 'Basic right'
    res.writeHead(isRight ? 204 : 401, isRight ? {} : { 'www-authenticate': 'Bearer' }).end()
  })
  await new Promise<void>((done) => backend.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${String((backend.address() as AddressInfo).port)}`
})
afterAll(async () => {
  backend.closeAllConnections()
  backend.close()
  await sample.stop()
})

/** Sends a request, and returns the status, the challenge without the address of the metadata, and the lines of our log. */
async function send(path: string, init: RequestInit = {}) {
  const before = (await sample.sample.output()).length
  const { status, headers } = await fetch(sample.sample.url + path, init)
  const output = (await sample.sample.output()).slice(before)
  expect(output).not.toMatch(/eyJ|secret|alice/)
  const challenge = withoutMetadata(headers.get('www-authenticate'))
  return { status, challenge, lines: linesOf(output) }
}

const bearer = async () => ({
  authorization: `Bearer ${await sample.emulator.issueToken({ user: 'alice', scopes: ['Viewer'] })}`,
  'content-type': 'application/json'
})

describe('without credentials, where some are needed', () => {
  const MISSING = 'ERR_CREDENTIALS_MISSING · incoming request · '

  test.each([
    ['a service', '/explain/Notes', {}],
    ['an entity of an open service', '/explain-open/Protected', {}]
  ])('%s: one line, and what to send', async (_, path, headers) => {
    const { status, challenge, lines } = await send(path, { headers })
    expect({ status, challenge }).toEqual({ status: 401, challenge: 'Bearer' })
    expect(lines).toEqual([
      expect.stringContaining(
        `${MISSING}the request has no "Authorization" header, and what it asks for is not open to everybody · ` +
          'Send "Authorization: Bearer <token>" · '
      )
    ])
    expect(await send(path, { headers: await bearer() })).toMatchObject({ lines: [] })
  })

  test('through an approuter: the setting that sends the token', async () => {
    const forwarded = { 'x-forwarded-path': '/api/Notes' }
    const { lines } = await send('/explain/Notes', { headers: forwarded })
    expect(lines).toEqual([
      expect.stringContaining(
        `${MISSING}the request came through an approuter, which sent no token · Set "forwardAuthToken": true`
      )
    ])
    const headers = { ...forwarded, ...(await bearer()) } // what an approuter with that setting sends
    expect(await send('/explain/Notes', { headers })).toMatchObject({ status: 200, lines: [] })
  })

  test('a part of a batch', async () => {
    const body = JSON.stringify({ requests: [{ id: '1', method: 'GET', url: 'Protected' }] })
    const headers = { 'content-type': 'application/json' }
    const { status, lines } = await send('/explain-open/$batch', { method: 'POST', headers, body })
    expect(status).toBe(200)
    expect(lines).toEqual([expect.stringContaining(MISSING)])
  })

  test('what needs none has no line', async () => {
    expect(await send('/explain-open/now()')).toMatchObject({ lines: [] })
    expect(await send('/explain-open/$metadata')).toMatchObject({ status: 200, lines: [] })
  })
})

describe('a 401 that application code passes on is not about the token of the caller', () => {
  test.each([
    ['sdk', true],
    ['axios', true],
    ['own', false]
  ])('%s', async (how, isRemote) => {
    const body = JSON.stringify({ how, url })
    const answer = await send('/explain/passOn', { method: 'POST', headers: await bearer(), body })
    const who = isRemote ? `another system (${new URL(url).host})` : 'the application'
    expect(answer).toEqual({
      status: 401,
      challenge: 'Bearer',
      lines: [
        expect.stringContaining(
          `ERR_UNAUTHORIZED_PASSED_ON · application · the token of the caller was accepted, and then ${who} answered 401, which was passed on · `
        )
      ]
    })
    const mended = JSON.stringify({ how: isRemote ? 'mended' : 'ownMended', url })
    expect(
      await send('/explain/passOn', { method: 'POST', headers: await bearer(), body: mended })
    ).toMatchObject({ status: isRemote ? 204 : 403, lines: [] })
  })

  test('of a remote service of CAP, whose own line says more', async () => {
    const body = JSON.stringify({ how: 'cap', url })
    const answer = await send('/explain/passOn', { method: 'POST', headers: await bearer(), body })
    const lines = [expect.stringContaining('ERR_REMOTE_UNAUTHORIZED · ')]
    expect(answer).toEqual({ status: 401, challenge: 'Bearer', lines })
  })

  test('only where the token has ended meanwhile, the challenge says so', async () => {
    // accepted within the leeway of 60 seconds
    const token = await sample.emulator.issueToken({ user: 'alice', expiresIn: -1 })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ how: 'own' })
    const { challenge, lines } = await send('/explain/passOn', { method: 'POST', headers, body })
    expect(challenge).toBe('Bearer error="invalid_token"')
    expect(lines).toEqual([
      expect.stringContaining('was accepted and has ended since; then the app')
    ])
  })
})
