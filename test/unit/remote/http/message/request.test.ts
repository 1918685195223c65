import { Readable } from 'node:stream'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { RemoteError } from '../../../../../src/errors.js'
import {
  axiosConfig,
  httpCall,
  isUnderstood,
  searchOf,
  urlIn
} from '../../../../../src/remote/http/message/request.js'

const destination = (changes: object = {}): HttpDestination => ({
  ...{ name: 'S4', url: 'https://s4.example/base', authentication: 'NoAuthentication' },
  ...changes
})
const call = (
  config: object = {},
  changes: object = {},
  identity: object = {},
  userBound = false
) => httpCall(destination(changes), { method: 'get', ...config }, identity as never, userBound)

describe('a request is understood, or left to the Cloud SDK', () => {
  test.each<[string, object]>([
    ['nothing but the method', {}],
    [
      'all that is known',
      {
        url: '/x',
        data: 'x',
        headers: { a: 'b' },
        params: { a: 1 },
        responseType: 'text',
        signal: new AbortController().signal,
        maxBodyLength: 1,
        maxContentLength: 1,
        validateStatus: () => true
      }
    ],
    ['an unknown option that is not set', { proxy: undefined }],
    ...['arraybuffer', 'json', 'stream', 'text'].map((responseType): [string, object] => [
      responseType,
      { responseType }
    ]),
    ['headers without a value', { headers: { a: null, b: undefined, c: 1 } }]
  ])('%s is', (_, config) => {
    expect(isUnderstood({ method: 'get', ...config })).toBe(true)
  })

  test.each<[string, object]>([
    ['an unknown option', { timeout: 5 }],
    ['another form of answer', { responseType: 'blob' }],
    ['headers with their origin', { headers: { custom: { a: 'b' } } }],
    ['parameters with their origin', { params: { requestConfig: { a: 'b' } } }],
    ['a form', { data: new FormData() }]
  ])('%s is not', (_, config) => {
    expect(isUnderstood({ method: 'get', ...config })).toBe(false)
  })
})

describe('a request as it goes over the wire', () => {
  test('has what axios adds, unless the caller says something else', () => {
    expect(call()).toEqual({
      ...{
        method: 'GET',
        url: new URL('https://s4.example/base'),
        body: undefined,
        responseType: undefined
      },
      headers: {
        host: 's4.example',
        accept: 'application/json, text/plain, */*',
        'accept-encoding': 'gzip, br',
        'user-agent': 'cds-principal'
      },
      ...{ maxBodyLength: Infinity, maxContentLength: Infinity, signal: undefined }
    })
    const own = { Host: 'h', Accept: 'a', 'Accept-Encoding': 'e', 'User-Agent': 'u' }
    expect(call({ headers: own }).headers).toEqual({
      host: 'h',
      accept: 'a',
      'accept-encoding': 'e',
      'user-agent': 'u'
    })
  })

  test('has the headers of the destination, which are the only ones that speak for the user', () => {
    const identity = { authorization: 'Bearer of-alice', 'sap-client': '100' }
    const headers = { authorization: 'Bearer other', 'sap-client': '200' }
    expect(call({ headers }, {}, identity, true).headers).toMatchObject({
      authorization: 'Bearer of-alice',
      'sap-client': '200'
    })
    expect(call({ headers }, {}, identity, false).headers).toMatchObject({
      authorization: 'Bearer other'
    })
  })

  test('has a body with its type and length', () => {
    expect(call({ method: 'post', data: { a: 'ä' } })).toMatchObject({
      body: '{"a":"ä"}',
      headers: { 'content-type': 'application/json', 'content-length': '10' }
    })
    expect(
      call({ method: 'post', data: 'x', headers: { 'Content-Type': 'text/x' } }).headers
    ).toMatchObject({
      ...{ 'content-type': 'text/x', 'content-length': '1' }
    })
    expect(call({ method: 'put', data: Readable.from(['x']) }).headers).not.toHaveProperty(
      'content-length'
    )
    expect(call({ method: 'post' }).headers).not.toHaveProperty('content-length')
    expect(call({ method: 'post' }).headers['content-type']).toBe(
      'application/x-www-form-urlencoded'
    )
  })

  test('has limits, of which none is -1', () => {
    expect(call({ maxBodyLength: 5, maxContentLength: 0 })).toMatchObject({
      maxBodyLength: 5,
      maxContentLength: 0
    })
    expect(call({ maxBodyLength: '5', maxContentLength: 0.5 })).toMatchObject({
      maxBodyLength: Infinity,
      maxContentLength: 0.5
    })
    expect(call({ maxBodyLength: -1, maxContentLength: 'x' })).toMatchObject({
      maxBodyLength: Infinity,
      maxContentLength: Infinity
    })
    expect(call({ method: 'post', data: 'äb', maxBodyLength: 3 }).body).toBe('äb')
    expect(() => call({ method: 'post', data: 'äbc', maxBodyLength: 3 })).toThrow(
      expect.objectContaining({
        code: 'ERR_BAD_REQUEST',
        message: 'Request body larger than maxBodyLength limit'
      })
    )
  })

  test('can be ended, and says in which form the answer is wanted', () => {
    const { signal } = new AbortController()
    expect(call({ signal, responseType: 'text' })).toMatchObject({ signal, responseType: 'text' })
  })

  test('has the query of the destination, which is encoded, and its own, which is not', () => {
    const queries = {
      queryParameters: { 'a b': 'c&d', same: 'of the destination' },
      originalProperties: { 'URL.queries.x': 'y z', 'URL.headers.h': 'h' }
    }
    expect(call({ url: 'x' }, queries).url.search).toBe(
      '?a%20b=c%26d&same=of%20the%20destination&x=y%20z'
    )
    expect(call({ url: 'x?q=1', params: { same: 'own', p: 2 } }, queries).url.search).toBe(
      '?q=1&a%20b=c%26d&same=own&x=y%20z&p=2'
    )
    expect(call({ url: 'x?q=1' }).url.search).toBe('?q=1')
    expect(searchOf(destination(queries))).toBe('?a%20b=c%26d&same=of%20the%20destination&x=y%20z')
    expect(searchOf(destination())).toBe('')
  })
})

describe('a URL within a destination', () => {
  const href = (url?: string, changes: object = {}) => urlIn(destination(changes), url).href

  test.each<[string | undefined, string]>([
    [undefined, 'https://s4.example/base'],
    ['', 'https://s4.example/base'],
    ['x', 'https://s4.example/base/x'],
    ['/x', 'https://s4.example/base/x'],
    ['//x', 'https://s4.example/base/x'],
    ['?a=1', 'https://s4.example/base/?a=1'],
    ['x?next=https://evil.example/', 'https://s4.example/base/x?next=https://evil.example/'],
    ['https://s4.example/base/x', 'https://s4.example/base/x'],
    ['HTTPS://S4.example/base/x', 'https://s4.example/base/x']
  ])('%j is %s', (url, expected) => {
    expect(href(url)).toBe(expected)
    expect(href(url, { url: 'https://s4.example/base///' }).replace('base///', 'base')).toBe(
      expected
    )
  })

  test.each([
    'https://evil.example/base/x',
    'http://s4.example/base/x',
    'https://s4.example:444/base/x',
    'x+y.z-1://s4.example/base'
  ])('%s is on another host', (url) => {
    expect(() => href(url)).toThrow(
      expect.objectContaining({
        code: 'ERR_REMOTE_HOST',
        message:
          'the URL of a request to destination "S4" names another host. Nothing was sent. Give the path only: ' +
          "credentials go to the destination's host and to no other."
      })
    )
  })

  test.each(['../x', '/../x', 'https://s4.example/other', 'a/../../x'])(
    '%s leaves its path',
    (url) => {
      expect(() => href(url)).toThrow(
        expect.objectContaining({
          code: 'ERR_REMOTE_PATH',
          message:
            'the path of a request to destination "S4" leaves that of the destination\'s URL. Nothing was sent. ' +
            'Encode what comes from outside before it becomes part of a path, or shorten the URL of the destination.'
        })
      )
    }
  )

  test.each(['https://evil.example/', '../x'])('%s: the refusal has its facts', (url) => {
    const facts = (name: string | null) => {
      try {
        return href(url, { name })
      } catch (error) {
        return (error as RemoteError).explanation
      }
    }
    expect(facts('S4')).toMatchObject({ hop: 'before the call', destination: 'S4' })
    expect(facts(null)).not.toHaveProperty('destination')
  })

  test('is none if one of the two is none', () => {
    for (const changes of [{ url: 'no url' }, { url: '' }])
      expect(() => href('x', changes)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_URL', message: 'Invalid URL', sent: false })
      )
    expect(() => href('https://[')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_URL' }))
  })

  test('is that of a destination as it is now', () => {
    const changing = destination()
    expect(urlIn(changing, 'x').href).toBe('https://s4.example/base/x')
    Object.assign(changing, { url: 'https://other.example' })
    expect(urlIn(changing, 'x').href).toBe('https://other.example/x')
    const frozen = Object.freeze(destination())
    expect(urlIn(frozen, 'x').href).toBe('https://s4.example/base/x')
    expect(urlIn(frozen, 'y').href).toBe('https://s4.example/base/y')
  })
})

describe('what axios needs to send the same request', () => {
  test('is the URL as it is, and nothing that would change it', () => {
    const { signal } = new AbortController()
    const base = {
      method: 'post',
      params: { a: 1 },
      data: 'x',
      responseType: 'json',
      timeout: 5
    } as const
    const config = axiosConfig(call({ ...base, signal, url: 'y?z=1' }), base)
    expect(config).toMatchObject({
      ...{ method: 'POST', baseURL: 'https://s4.example', url: '/base/y?z=1&a=1', timeout: 5 },
      ...{ responseType: 'json', signal, maxRedirects: 0, data: Buffer.from('x') }
    })
    expect(config).not.toHaveProperty('params')
    expect([100, 302, 500].map((status) => config['validateStatus'](status))).toEqual([
      true,
      true,
      true
    ])
  })

  test('is a body that axios makes something of, for the request itself', () => {
    const data = new FormData()
    const base = { method: 'post', data } as const
    expect(axiosConfig(call(base), base).data).toBe(data)
    // not for the request that fetches a token for it
    expect(axiosConfig(call({ method: 'head' }), base)).not.toHaveProperty('data')
  })

  test('has neither body, form of answer nor signal where there is none', () => {
    const config = axiosConfig(call(), { method: 'get', responseType: 'json' })
    for (const name of ['data', 'responseType', 'signal']) expect(config).not.toHaveProperty(name)
  })
})
