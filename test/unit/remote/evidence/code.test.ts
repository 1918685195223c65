import { DestinationError, RemoteError } from '../../../../src/errors.js'
import { codeOf, kindOf } from '../../../../src/remote/evidence/code.js'

const node = (code: unknown, more: object = {}) =>
  Object.assign(new Error('secret'), { code, ...more })
const status = (code: unknown) => ({ response: { status: code } })
const own = new DestinationError('ERR_DESTINATION_NOT_FOUND', 'text')

test.each<[string, unknown, string]>([
  ['an error of this package', own, 'ERR_DESTINATION_NOT_FOUND'],
  ['one that CAP has wrapped', node('502', { reason: own }), 'ERR_DESTINATION_NOT_FOUND'],
  [
    'one with an answer of the other side',
    Object.assign(new RemoteError('ERR_REMOTE_FORBIDDEN', 'x'), status(403)),
    'ERR_REMOTE_FORBIDDEN'
  ],
  ['an answer of the other side', node('x', status(403)), 'HTTP_403'],
  ['one that CAP has wrapped', node('502', { reason: status(404) }), 'HTTP_404'],
  ['an answer before the code of Node', node('ECONNRESET', { cause: status(500) }), 'HTTP_500'],
  ['an error of Node', node('ECONNRESET'), 'ECONNRESET'],
  ['one that a library has wrapped', node('no code', { cause: node('ENOTFOUND') }), 'ENOTFOUND'],
  ['a reason before a cause', { reason: node('EONE'), cause: node('ETWO') }, 'EONE'],
  ['a status as code', node('HTTP_502'), 'HTTP_502'],
  ['a code that could be anything', node('secret text'), 'UNKNOWN'],
  ['a long one', node(`E${'X'.repeat(50)}`), 'UNKNOWN'],
  ['one in small letters', node('econnreset'), 'UNKNOWN'],
  ['one with something before it', node('xECONNRESET'), 'UNKNOWN'],
  ['a status that is no number', node('x', status('403')), 'UNKNOWN'],
  ['a number', node(403), 'UNKNOWN'],
  ['a text', 'ECONNRESET', 'UNKNOWN'],
  ['nothing', undefined, 'UNKNOWN'],
  ['null', null, 'UNKNOWN']
])('%s: %#', (_, error, expected) => {
  expect(codeOf(error)).toBe(expected)
})

test('what is deep inside is not looked for without end', () => {
  const within = (depth: number): object => (depth ? { cause: within(depth - 1) } : node('EDEEP'))
  expect(codeOf(within(5))).toBe('EDEEP')
  expect(codeOf(within(6))).toBe('UNKNOWN')
  const circle: { cause?: object } = {}
  circle.cause = circle
  expect(codeOf(circle)).toBe('UNKNOWN')
})

test('of any error its class and code can stand in a log', () => {
  expect(kindOf(node('ECONNRESET'))).toBe('Error, ECONNRESET')
  expect(kindOf(new TypeError('secret'))).toBe('TypeError')
  expect(kindOf(Object.assign(new Error('x'), { name: 'secret text' }))).toBe('Error')
  expect(kindOf('secret')).toBe('string')
  expect(kindOf(undefined)).toBe('undefined')
  expect(kindOf(own)).toBe('DestinationError, ERR_DESTINATION_NOT_FOUND')
})
