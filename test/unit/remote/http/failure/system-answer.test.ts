import { HttpFailure } from '../../../../../src/remote/http/failure/http-failure.js'
import {
  explainAnswer,
  explanationOf
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
