import { Readable } from 'node:stream'

import {
  EXPIRED,
  isCsrfRefusal,
  isLost,
  isRead,
  isRepeatable,
  tooLong,
  TransportError
} from '../../../../../src/remote/http/message/http-call.js'

const call = (method: string, body?: Buffer | Readable | string) => ({
  ...{ method, url: new URL('https://s4.example'), headers: {}, body, responseType: undefined }
})

test.each<[string, Buffer | Readable | string | undefined, boolean]>([
  ['none', undefined, true],
  ['a text', 'x', true],
  ['an empty text', '', true],
  ['bytes', Buffer.from('x'), true],
  ['a stream', Readable.from(['x']), false]
])('a request whose body is %s can be sent once more, or not', (_, body, expected) => {
  expect(isRepeatable(call('POST', body))).toBe(expected)
})

test.each([
  ['GET', true],
  ['HEAD', true],
  ['POST', false],
  ['PUT', false],
  ['PATCH', false],
  ['DELETE', false],
  ['OPTIONS', false],
  ['MERGE', false]
])('%s is a read: %p', (method, expected) => {
  expect(isRead(call(method))).toBe(expected)
})

test.each([
  ['ECONNRESET', true],
  ['EPIPE', true],
  ['ECONNREFUSED', false],
  [EXPIRED, false],
  ['', false]
])('%s says that a connection was lost: %p', (code, expected) => {
  expect(isLost(code)).toBe(expected)
})

test.each<[number, Record<string, string>, boolean]>([
  [403, { 'x-csrf-token': 'Required' }, true],
  [403, { 'x-csrf-token': 'required' }, true],
  [403, { 'x-csrf-token': 'REQUIRED' }, true],
  [403, { 'x-csrf-token': 'a-token' }, false],
  [403, {}, false],
  [401, { 'x-csrf-token': 'Required' }, false],
  [200, { 'x-csrf-token': 'Required' }, false]
])('%d with %j refuses a token: %p', (status, headers, expected) => {
  expect(isCsrfRefusal({ status, headers, statusText: '', data: '' })).toBe(expected)
})

describe('a reason why there is no answer', () => {
  test('takes it that something was sent, if nobody knows better', () => {
    expect(new TransportError('no', 'EX')).toMatchObject({ message: 'no', code: 'EX', sent: true })
    expect(new TransportError('no', 'EX', { sent: false }).sent).toBe(false)
  })

  test('has a cause only if there is one', () => {
    const cause = new Error('original')
    expect(new TransportError('no', 'EX', { cause }).cause).toBe(cause)
    expect(Object.keys(new TransportError('no', 'EX'))).not.toContain('cause')
    expect('cause' in new TransportError('no', 'EX')).toBe(false)
  })

  test('a body that is too long was not sent; codes are those of axios', () => {
    expect(tooLong()).toMatchObject({
      ...{ message: 'Request body larger than maxBodyLength limit', code: 'ERR_BAD_REQUEST' },
      sent: false
    })
    expect(EXPIRED).toBe('ECONNABORTED')
  })
})
