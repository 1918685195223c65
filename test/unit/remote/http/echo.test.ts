import { inspect } from 'node:util'

import { closeConnections } from '../../../../src/remote/http/connections/connections.js'
import { send } from '../../../../src/remote/http/send.js'
import { Backend, internet, plain, user } from '../support/backend.js'

const TOKEN = 'opaque-token-4711'
const PASSWORD = 'pass word/+1'
const BASIC = Buffer.from(`technical:${PASSWORD}`).toString('base64')
const COOKIE = 'session-0815'

let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
})
afterAll(async () => {
  closeConnections()
  await backend.stop()
})

type Answer = Parameters<typeof plain>[0]

/** Ways in which systems repeat a request in what they say about it. */
const ECHOES: Record<string, (res: Answer, secret: string) => void> = {
  text: (res, secret) => {
    plain(res, 500, `can not read "Authorization: ${secret}" in line 1`)
  },
  JSON: (res, secret) => {
    const error = {
      code: secret,
      message: { value: `token ${secret}` },
      details: [{ [secret]: secret }]
    }
    res.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  },
  'a page for a browser': (res, secret) => {
    res.writeHead(200, { 'content-type': `text/html; x=${secret}` }).end(`<p>${secret}</p>`)
  },
  'the challenge': (res, secret) => {
    plain(res, 401, 'no', { 'www-authenticate': `Bearer error_description="${secret}"` })
  },
  'a redirect': (res, secret) => {
    plain(res, 302, '', { location: `https://other.example/${secret}?token=${secret}` })
  },
  'the status line': (res, secret) => {
    res.writeHead(503, `busy with ${secret}`).end()
  },
  '403 with a code': (res, secret) => {
    const error = { code: secret, message: 'no' }
    res.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  }
}

const SECRETS = [
  ['a token', `Bearer ${TOKEN}`, TOKEN],
  ['a password', `Basic ${BASIC}`, PASSWORD],
  ['Basic credentials', `Basic ${BASIC}`, BASIC],
  ['an API key', undefined, 'key-of-the-api'],
  ['a cookie', undefined, COOKIE]
] as const

const cases = Object.keys(ECHOES).flatMap((echo) =>
  SECRETS.map(([what, authorization, secret]) => [what, echo, authorization, secret] as const)
)

test.each(cases)(
  '%s that a backend repeats in %s comes into no error',
  async (_, echo, authorization, secret) => {
    backend.answer = (__, res) => ECHOES[echo]?.(res, secret)
    const headers = {
      ...(authorization && { authorization }),
      'x-api-key': 'key-of-the-api',
      cookie: `SAP_SESSIONID=${COOKIE}`,
      accept: 'application/json'
    }
    const destination = internet(backend.url, { headers })
    const call = {
      destination,
      user: authorization?.startsWith('Bearer') ? user('alice', TOKEN) : undefined
    }
    const error: unknown = await send(call, { method: 'get', url: '/x' }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Error)
    const shown = inspect(error, { depth: 20, showHidden: true, getters: true })
    expect(shown).not.toContain(secret)
    const { message, cause, reason } = error as Error & { reason?: unknown }
    expect(JSON.stringify([message, error, cause, reason])).not.toContain(secret)
  }
)

test('what the system says besides is still there', async () => {
  backend.answer = (_, res) => {
    const error = { code: 'X/1', message: { value: 'Equipment 1 is locked' } }
    res.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  }
  const error: unknown = await send(
    { destination: internet(backend.url) },
    { method: 'get', url: '/x' }
  ).catch((e: unknown) => e)
  expect(error).toMatchObject({
    response: {
      status: 400,
      data: { error: { code: 'X/1', message: { value: 'Equipment 1 is locked' } } }
    }
  })
})
