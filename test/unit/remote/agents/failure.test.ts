import { PropagationError } from '../../../../src/errors.js'
import type { AgentCall } from '../../../../src/remote/agents/agent-call.js'
import { agentFailure, isAnswer, unknownMethod } from '../../../../src/remote/agents/failure.js'

const call = {} as AgentCall

const failed = (error: unknown, during = call) =>
  agentFailure('flights', 'tools/call', error, during)

test.each([
  ['version 1', { code: -32001, data: { timeout: 60_000 } }],
  ['version 2', { code: 'REQUEST_TIMEOUT' }]
])('an answer that does not come, with %s of the SDK', (_, error) => {
  expect(failed(error)).toMatchObject({
    ...{ code: 'ERR_REMOTE_TIMEOUT', status: 504, reason: error, statusCode: 502 },
    explanation: { service: 'flights' },
    message:
      '"flights" has not answered tools/call in time. It may have had its effect: look at the system. "requestTimeout" of the ' +
      'required service is the time in milliseconds.'
  })
  expect(isAnswer(error)).toBe(false)
})

test.each([
  ['an error of the server', { code: -32602 }, true],
  ['an error of the server with the code of a timeout', { code: -32001 }, true],
  ['a status of HTTP', { code: 400 }, false],
  ['an answer that is none', { code: -1 }, false],
  ['an error with a code that is no number', { code: '-32602' }, false],
  ['an error with a timeout that is no number', { code: -32001, data: { timeout: 'x' } }, true],
  ['an error with another code, and a timeout', { code: -32602, data: { timeout: 1 } }, true],
  ['an error without a code', new Error('secret'), false]
])('%s: its words are in the reason only', (_, error, answered) => {
  const failure = failed(error)
  expect(failure).toMatchObject({ code: 'ERR_REMOTE_ANSWER', reason: error, statusCode: 502 })
  expect(failure.message).not.toContain('secret')
  expect(Object.keys(failure)).not.toContain('reason')
  expect(isAnswer(error)).toBe(answered)
})

test('an error of this package stays what it is, also when a library has wrapped it', () => {
  const refused = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'nobody')
  expect(failed(refused)).toBe(refused)
  expect(failed(new Error('wrapped'), { ...call, failure: refused })).toBe(refused)
})

test.each([
  [{ code: -32602 }, '"flights" has answered tools/call with an error (-32602)'],
  [{ code: 'OTHER' }, '"flights" has answered tools/call with an error']
])('%j is told by its number only, and says where its words are', (error, cause) => {
  const fix = 'Compare the call with what the service offers. Its own words are in error.reason.'
  expect(failed(error).message).toBe(`${cause}. ${fix}`)
})

test('a method that there is not is told with those that there are', () => {
  expect(unknownMethod('flights', 'x', ['a', 'b'])).toMatchObject({
    code: 'ERR_CONFIGURATION',
    message: '"flights" has no method "x": use one of a, b'
  })
})
