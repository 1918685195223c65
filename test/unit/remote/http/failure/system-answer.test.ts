import { HttpFailure } from '../../../../../src/remote/http/failure/http-failure.js'
import {
  explainAnswer,
  explainPart,
  explanationOf,
  failureOf,
  keepForErrors
} from '../../../../../src/remote/http/failure/system-answer.js'

const failed = (status: number, data: unknown = '') =>
  Object.assign(new HttpFailure('failed'), {
    config: { method: 'patch', url: "/sap/Persons('a')?x=1", headers: {}, baseURL: 'http://s4' },
    response: { status, statusText: '', headers: {}, data }
  })

const explained = (status: number, data?: unknown) => {
  const failure = failed(status, data)
  explainAnswer(failure, 'S4')
  return explanationOf(Object.assign(new Error('of CAP'), { reason: failure }))?.explanation
}

test.each<[number, RegExp]>([
  [400, /^Compare the request with the metadata/],
  [404, /^Check "path"/],
  [412, /^Read the record again/],
  [500, /^Look at the log of the system/],
  [422, /^The words of the system are in error\.reason\.response\.body/]
])('%d has its next step, and the request without keys and query', (status, fix) => {
  expect(explained(status, { error: { code: 'X/1', message: 'alice is locked' } })).toEqual({
    hop: 'the system',
    destination: 'S4',
    cause: `the call to destination "S4" failed: the system has answered ${status}, X/1`,
    sent: 'PATCH /sap/Persons(...)',
    fix: expect.stringMatching(fix)
  })
})

test('an answer without a code; no answer; no error of CAP', () => {
  expect(explained(404, 'words')?.cause).toMatch(/has answered 404$/)
  const lost = new HttpFailure('lost')
  explainAnswer(lost, 'S4')
  for (const error of [{ reason: lost }, { reason: 'x' }, {}, undefined]) {
    expect(explanationOf(error)).toBeUndefined()
  }
})

test('a service with a URL has no destination to name', () => {
  const failure = failed(404)
  explainAnswer(failure, undefined)
  expect(explanationOf({ reason: failure })?.explanation.cause).toBe(
    'the call to the URL of the required service failed: the system has answered 404'
  )
})

test('errors of an answer of HCQL, of which CAP throws one or all', () => {
  const [first, second] = [{ code: 'X/1', message: 'alice' }, { code: 'X/2' }]
  const failure = failed(409, { errors: [first, second] })
  explainAnswer(failure, 'S4')
  keepForErrors(failure)
  for (const error of [{ cause: first }, { errors: [first, second] }]) {
    expect(failureOf(error)).toBe(failure)
    expect(explanationOf(error)?.explanation.cause).toMatch(/has answered 409, X\/1$/)
  }
  expect(failureOf({ cause: { code: 'X/1' } })).toBeUndefined()
})

describe('a part of a $batch', () => {
  const explainedPart = (url: string, data: unknown, body: unknown = 'GET /A(1)?x HTTP/1.1') => {
    const headers = {}
    explainPart({ url, data: body }, { data, headers }, 'S4')
    return explanationOf({ reason: { response: { headers } } })?.explanation
  }
  const part = (status: string, content: string) =>
    `--b\r\n\r\nHTTP/1.1 ${status}\r\n\r\n${content}`

  test('has its request, and its code if there is one', () => {
    expect(
      explainedPart('/sap/$batch', part('403 No', '{"error":{"code":"X/1","message":"m"}}'))
    ).toEqual(
      expect.objectContaining({
        cause: 'the call to destination "S4" failed: the system has answered 403, X/1',
        sent: 'GET /A(...) in a $batch',
        fix: expect.stringMatching(/^Check the authorizations/)
      })
    )
    expect(explainedPart('/$batch', part('500 No', '<html>'))?.cause).toMatch(/answered 500$/)
  })

  test.each<[string, string, unknown, unknown?]>([
    ['a part that has worked', '/$batch', part('200 OK', '{}')],
    ['another path', '/batch', part('404 No', '{}')],
    ['an answer that is no text', '/$batch', {}],
    ['a request that is no text', '/$batch', part('404 No', '{}'), {}]
  ])('nothing for %s', (...[, url, data, body]) => {
    expect(explainedPart(url, data, body)).toBeUndefined()
  })
})
