import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { RemoteError } from '../../../../../src/errors.js'
import { isBelow } from '../../../../../src/remote/http/message/base-path.js'
import { urlIn } from '../../../../../src/remote/http/message/request.js'
import { send } from '../../../../../src/remote/http/send.js'
import { Backend, internet, user } from '../../support/backend.js'

const at = (url: string): HttpDestination => internet(url, { name: 'D' })
const DESTINATION = at('https://host.example/sap/api')

describe('a path that leaves that of the destination is refused', () => {
  test.each([
    '../admin',
    '/../admin',
    'x/../../admin',
    '..',
    '../apis',
    '../apix/y',
    '%2e%2e/admin',
    '%2E./admin',
    '.%2e/admin',
    '..\\admin',
    'x\\..\\..\\admin',
    '.\t./admin',
    '.\n./admin',
    '..%2fadmin',
    '..%5Cadmin',
    '%2e%2e%2Fadmin',
    'x%2f..%2f..%2fadmin',
    '%252e%252e%252fadmin',
    '..%25252Fadmin',
    '..;/admin',
    '..;x=1/admin',
    '..%3bx/admin',
    "Files('x')/..%2f..%2fadmin",
    '../../sap/api/../admin',
    'https://host.example/admin',
    'https://host.example/sap/apis',
    'https://host.example/sap/api/../admin'
  ])('%j', (url) => {
    const refused = () => urlIn(DESTINATION, url)
    expect(refused).toThrow(RemoteError)
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_REMOTE_PATH', status: 500 }))
    expect(refused).toThrow(/"D".*Nothing was sent/)
  })

  test('and no socket is opened', async () => {
    const backend = await Backend.start()
    const destination = internet(`${backend.url}/sap/api`)
    try {
      const call = { method: 'post', url: '/x/%2e%2e/%2e%2e/admin', data: {} } as const
      const sent = send({ destination, user: user('alice') }, call, { csrf: true })
      await expect(sent).rejects.toMatchObject({ code: 'ERR_REMOTE_PATH' })
      expect(backend.sockets).toEqual([])
    } finally {
      await backend.stop()
    }
  })
})

describe('what stays below it, stays as it is', () => {
  test.each([
    ['', '/sap/api'],
    ['/', '/sap/api/'],
    ['Orders', '/sap/api/Orders'],
    ['/Orders(1)/Items?$top=1', '/sap/api/Orders(1)/Items'],
    ['$batch', '/sap/api/$batch'],
    ['a/../b', '/sap/api/b'],
    ['../api/b', '/sap/api/b'],
    ['./a', '/sap/api/a'],
    ['https://host.example/sap/api/x', '/sap/api/x'],
    ["Files('..%2F..%2F..%2Fx')", "/sap/api/Files('..%2F..%2F..%2Fx')"],
    ["Files(path='%2E%2E',n='..;')", "/sap/api/Files(path='%2E%2E',n='..;')"],
    ['Files(%27..%2F..%2Fx%27)', '/sap/api/Files(%27..%2F..%2Fx%27)'],
    ["Names('O''..%2F..%2FNeil')", "/sap/api/Names('O''..%2F..%2FNeil')"],
    ['a..b/...', '/sap/api/a..b/...'],
    ['files/a%2F..%2Fb', '/sap/api/files/a%2F..%2Fb'],
    ['x;v=1.0/y', '/sap/api/x;v=1.0/y'],
    ["X?$filter=p eq '../../x'", '/sap/api/X']
  ])('%j', (url, path) => {
    expect(urlIn(DESTINATION, url).pathname).toBe(path)
  })

  test.each(['https://host.example', 'https://host.example/', 'https://host.example//'])(
    'without a path of its own, everything of the host is below: %s',
    (base) => {
      expect(urlIn(at(base), '/a/../../b').href).toMatch(/^https:\/\/host\.example\/+b$/)
    }
  )

  test.each(['/sap/x/../api', '/sap/api/', '/sap/api///'])('below %s', (base) => {
    const destination = at(`https://host.example${base}`)
    expect(urlIn(destination, 'x').pathname).toMatch(/^\/sap\/api\/+x$/)
    expect(() => urlIn(destination, '../../x')).toThrow(RemoteError)
  })
})

describe('for a system that decodes a path once more, neither padding nor empty segments count as a step down', () => {
  const BASE = '/sap/api/'

  test.each([
    'a/%2e/%2e%2e/%2e%2e/admin',
    '%2e/%2e%2e/admin',
    '.%2f..%2fadmin',
    'a%2f.%2f..%2f..%2fadmin',
    'a/.;x/..%2f..%2fadmin',
    'a%2f%2f..%2f..%2fadmin',
    '%2f..%2fadmin',
    '%2F%5C..%5Cadmin',
    '%5c%5c..%2fadmin',
    ';x%2f..%2fadmin',
    '%3bx%2f..%2fadmin',
    'a;..%2f..%2f..%2fadmin',
    "''%2f..%2f..%2fadmin",
    '%2527x%2527%2f..%2f..%2fadmin',
    '%25%32%65%2e/x',
    '%2%65%2%65/x',
    '%%32e%%32e/x',
    '%2%35%32%65./x',
    "'%2f..%2f..",
    "'a/b'%2f..%2f..%2f..%2fadmin"
  ])('%j leads out', (path) => {
    expect(isBelow(BASE, `${BASE}${path}`)).toBe(false)
  })

  test.each([
    'a%2f.%2f..%2fb',
    'a%2fb%2f..%2f..%2fc',
    'a%2f..;x%2fb',
    'a%3bx%2f..%2fb',
    '...%2f..%2fb',
    '%2e/a',
    'a.b/%2e',
    "f('..')",
    "'x'%2f..%2fa",
    'f(%27..%2f..%27)',
    'f(%2527..%2f..%2527)',
    "f('a','..%2f..%2f..')"
  ])('%j does not', (path) => {
    expect(isBelow(BASE, `${BASE}${path}`)).toBe(true)
  })

  test('the base itself, with and without its slash, is not left', () => {
    expect(isBelow(BASE, '/sap/api')).toBe(true)
    expect(isBelow(BASE, '/sap/api/')).toBe(true)
    expect(isBelow(BASE, '/sap/apis')).toBe(false)
    expect(isBelow(BASE, '/sap')).toBe(false)
    expect(isBelow(BASE, '/x/sap/api/')).toBe(false)
    expect(isBelow(BASE, '')).toBe(false)
  })
})
