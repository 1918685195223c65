import { isExplained } from '../../../../../src/lib/log.js'
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
  [400, /^Compare the request with the metadata of the service\. The words/],
  [404, /^Check "path" .*\(in SAP systems: \/IWFND\/MAINT_SERVICE\)\. The words/],
  [412, /^Read the record again.*is missing\. The words/],
  [500, /^Look at the log of the system .*ST22\)\. The words/],
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

test.each<[unknown, RegExp]>([
  [{ errors: [null, 'text', 7, { code: 'X/2' }] }, /has answered 409, X\/2$/],
  [{ errors: { code: 'X/3' } }, /has answered 409$/],
  [{ errors: [] }, /has answered 409$/],
  [undefined, /has answered 409$/]
])('errors of HCQL in another form: %j', (data, cause) => {
  const failure = failed(409, data)
  explainAnswer(failure, 'S4')
  keepForErrors(failure)
  expect(explanationOf({ reason: failure })?.explanation.cause).toMatch(cause)
  for (const error of [{ cause: null }, { errors: ['text'] }, { errors: 'text' }]) {
    expect(failureOf(error)).toBeUndefined()
  }
})

test('what is explained is not logged once more as unknown', () => {
  const [error, unknown] = [{ code: 'X/1' }, { code: 'X/2' }]
  const failure = failed(409, { errors: [error] })
  explainAnswer(failure, 'S4')
  expect([failure, error].map((each) => isExplained(each))).toEqual([true, false])
  keepForErrors(failure)
  expect([error, unknown].map((each) => isExplained(each))).toEqual([true, false])
})

test('a failure without an answer has no errors to keep', () => {
  const lost = new HttpFailure('lost')
  keepForErrors(lost)
  expect(failureOf({ cause: lost })).toBeUndefined()
})

describe('a part of a $batch', () => {
  const explainedPart = (
    url: string | undefined,
    data: unknown,
    body: unknown = 'GET /A(1)?x HTTP/1.1'
  ) => {
    const headers = {}
    explainPart({ ...(url !== undefined && { url }), data: body }, { data, headers }, 'S4')
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

  test('has the request of the first line that is one', () => {
    const body = 'x-line: GET /other HTTP/1.1\r\nPATCH /A(1)/b HTTP/1.1\r\n'
    expect(explainedPart('/$batch', part('404 No', ''), body)).toMatchObject({
      cause: expect.stringMatching(/has answered 404$/) as string,
      sent: 'PATCH /A(...)/b in a $batch'
    })
  })

  test.each<[string, string | undefined, unknown, unknown?]>([
    ['a part that has worked', '/$batch', part('200 OK', '{}')],
    ['another path', '/batch', part('404 No', '{}')],
    ['no URL', undefined, part('404 No', '{}')],
    ['a status in another place', '/$batch', '--b\r\n\r\nX: HTTP/1.1 404 No\r\n\r\n{}'],
    ['an answer with one part of text', '/$batch', 'HTTP/1.1 404 No'],
    ['an answer that is no text', '/$batch', {}],
    ['a request that is no text', '/$batch', part('404 No', '{}'), {}]
  ])('nothing for %s', (...[, url, data, body]) => {
    expect(explainedPart(url, data, body)).toBeUndefined()
  })
})
