import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { ConfigurationError, PropagationError } from '../../../../src/errors.js'
import { send } from '../../../../src/remote/http/send.js'
import { mayHaveHappened } from '../../../../src/remote/queue/author-call.js'
import { type Backend, internet, plain, withBackend } from '../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const PATCH: HttpRequestConfig = { method: 'patch', url: '/x', data: { a: 1 } }

/** Returns the error of a call that fails. */
const failureOf = (timeout?: number, url = backend.url): Promise<unknown> =>
  send({ destination: internet(url) }, PATCH, timeout === undefined ? {} : { timeout }).then(
    () => 'no failure',
    (error: unknown) => error
  )

describe('a write may have had an effect', () => {
  test('if its connection is lost', async () => {
    backend.answer = (req) => req.socket.destroy()
    const failure = await failureOf()
    expect(failure).toMatchObject({ code: 'ERR_REMOTE_CONNECTION_LOST' })
    expect(mayHaveHappened(failure)).toBe(true)
    expect(backend.received).toHaveLength(1)
  })

  test('if its answer breaks off', async () => {
    backend.answer = (_, res) => {
      res.writeHead(200, { 'content-length': 100 })
      res.write('{')
      setImmediate(() => res.destroy())
    }
    expect(mayHaveHappened(await failureOf())).toBe(true)
  })

  test('if its time is out', async () => {
    backend.answer = () => undefined
    const failure = await failureOf(100)
    expect(failure).toMatchObject({ code: 'ERR_REMOTE_TIMEOUT' })
    expect(mayHaveHappened(failure)).toBe(true)
  })

  test.each([408, 502, 504])('if something between has answered: %i', async (status) => {
    backend.answer = (_, res) => {
      plain(res, status, 'no')
    }
    expect(mayHaveHappened(await failureOf())).toBe(true)
    expect(backend.received).toHaveLength(1)
  })

  test.each([200, 300, 303])('if a page or a redirect is its answer: %i', async (status) => {
    backend.answer = (_, res) => {
      res
        .writeHead(status, { 'content-type': 'text/html', location: '/other' })
        .end('<html></html>')
    }
    expect(mayHaveHappened(await failureOf())).toBe(true)
  })

  test('if nothing is known of its failure', () => {
    expect(mayHaveHappened(new Error('something else'))).toBe(true)
  })
})

describe('a write has had no effect', () => {
  test.each([400, 401, 403, 404, 409, 412, 422, 428, 429, 500, 501, 503])(
    'if the system has refused it: %i',
    async (status) => {
      backend.answer = (_, res) => {
        plain(res, status, 'no')
      }
      expect(mayHaveHappened(await failureOf())).toBe(false)
    }
  )

  test.each([307, 308])('if it is asked to send it elsewhere: %i', async (status) => {
    backend.answer = (_, res) => {
      res.writeHead(status, { location: '/other' }).end()
    }
    expect(mayHaveHappened(await failureOf())).toBe(false)
  })

  test('if nobody has listened', async () => {
    const { url } = backend
    await backend.stop()
    const failure = await failureOf(undefined, url)
    expect(failure).toMatchObject({ code: 'ERR_REMOTE_UNREACHABLE' })
    expect(mayHaveHappened(failure)).toBe(false)
  })

  test.each([
    new PropagationError('ERR_USER_TOKEN_REQUIRED', 'nobody'),
    new ConfigurationError('wrong')
  ])('if it was refused before: %p', (error) => {
    expect(mayHaveHappened(error)).toBe(false)
  })
})
