import { Readable } from 'node:stream'

import {
  bodyOf,
  isKnownBody,
  lengthOf
} from '../../../../../src/remote/http/message/request-body.js'

const FORM = 'application/x-www-form-urlencoded'
const stream = Readable.from(['x'])
class Form {
  readonly name = 'x'
}

test.each<[string, unknown, boolean]>([
  ['nothing', undefined, true],
  ['null', null, true],
  ['a text', 'x', true],
  ['a number', 5, true],
  ['an object', { a: 1 }, true],
  ['an object without a prototype', Object.create(null), true],
  ['a list', [1], true],
  ['bytes', Buffer.from('x'), true],
  ['a view of bytes', new Uint8Array(2), true],
  ['a stream', stream, true],
  ['parameters', new URLSearchParams('a=b'), true],
  ['a form', new FormData(), false],
  ['an object of a class', new Form(), false],
  ['a date', new Date(0), false]
])('%s is sent here: %#', (_, data, expected) => {
  expect(isKnownBody(data)).toBe(expected)
})

describe('a body is what axios makes of it', () => {
  test.each<[string, unknown, string | undefined, string, unknown, unknown]>([
    ['nothing', undefined, undefined, 'GET', undefined, false],
    ['nothing, of a write', undefined, undefined, 'POST', undefined, FORM],
    ['null, of a write', null, undefined, 'PUT', undefined, FORM],
    ['an empty text, of a write', '', undefined, 'PATCH', undefined, FORM],
    ['nothing, of a delete', undefined, undefined, 'DELETE', undefined, false],
    ['nothing, with a type', undefined, 'text/x', 'POST', undefined, false],
    ['an object', { a: 1 }, undefined, 'POST', '{"a":1}', 'application/json'],
    ['an object, with a type', { a: 1 }, 'application/x+json', 'POST', '{"a":1}', false],
    ['an object, of a read', { a: 1 }, undefined, 'GET', '{"a":1}', 'application/json'],
    ['a list', [1], undefined, 'POST', '[1]', 'application/json'],
    ['a text', 'a=b', undefined, 'POST', 'a=b', FORM],
    ['a text, of a read', 'a=b', undefined, 'GET', 'a=b', false],
    ['a text, as JSON', 'a', 'application/json;charset=utf-8', 'POST', '"a"', false],
    ['JSON as text', '{"a":1}', 'application/json', 'POST', '{"a":1}', false],
    ['a text of another type', 'a', 'text/plain', 'POST', 'a', false],
    ['a number', 5, undefined, 'POST', '5', FORM],
    ['a flag, as JSON', false, 'application/json', 'POST', 'false', false],
    [
      'parameters',
      new URLSearchParams({ a: 'b c' }),
      undefined,
      'POST',
      'a=b+c',
      `${FORM};charset=utf-8`
    ],
    ['parameters, with a type', new URLSearchParams({ a: 'b' }), 'x', 'POST', 'a=b', false]
  ])('%s', (_, data, type, method, body, declared) => {
    expect(bodyOf(data, type, method)).toEqual({ body, type: declared })
  })

  test('bytes and streams are what they are', () => {
    const bytes = Buffer.from('x')
    expect(bodyOf(bytes, undefined, 'POST')).toEqual({ body: bytes, type: FORM })
    expect(bodyOf(bytes, undefined, 'POST').body).toBe(bytes)
    expect(bodyOf(stream, 'a/b', 'PUT')).toEqual({ body: stream, type: false })
    const view = new Uint8Array(new TextEncoder().encode('xyz').buffer, 1, 1)
    expect(bodyOf(view, undefined, 'GET')).toEqual({ body: Buffer.from('y'), type: false })
  })

  test('and of what is not known here, axios makes it', () => {
    expect(bodyOf(new Form(), undefined, 'POST')).toEqual({ body: undefined })
  })
})

test('the length is that of the bytes, and a stream has none', () => {
  expect(lengthOf('äb')).toBe(3)
  expect(lengthOf(Buffer.from('abc'))).toBe(3)
  expect(lengthOf('')).toBe(0)
  expect(lengthOf(undefined)).toBeUndefined()
  expect(lengthOf(stream)).toBeUndefined()
})
