import type { IncomingMessage } from 'node:http'

import { missingCredentials, passedOn } from '../../../../src/inbound/denied/unauthorized.js'
import { attachedLandscape } from '../../../../src/development/attached.js'

jest.mock('../../../../src/development/attached.js', () => ({ attachedLandscape: jest.fn() }))

const emulated = (users?: { name: string }[]) =>
  jest.mocked(attachedLandscape).mockReturnValue(users && ({ users } as never))

function request(headers: Record<string, string>, remoteAddress = '127.0.0.1') {
  return {
    headers: { host: 'localhost:4004', ...headers },
    socket: { remoteAddress }
  } as unknown as IncomingMessage
}

afterEach(() => emulated())

describe('no credentials', () => {
  test('in development: the command that gets a token', () => {
    emulated([{ name: 'carol' }])
    expect(missingCredentials(request({}))?.message).toMatch(/\(npx cds-principal token carol\)/)
    emulated([])
    expect(missingCredentials(request({}))?.message).not.toContain('npx')
  })

  test('the first request of a browser in development is no failure', () => {
    const headers = { 'sec-fetch-site': 'none' }
    emulated([{ name: 'carol' }])
    expect(missingCredentials(request(headers))).toBeUndefined()
    expect(missingCredentials(request(headers, '192.0.2.1'))).toBeDefined()
    emulated()
    expect(missingCredentials(request(headers))).toBeDefined()
  })
})

describe('a 401 that was passed on', () => {
  const [host, where] = ['api.example:8443', 'another system (api.example:8443) answered 401']
  test.each([
    ['axios', { isAxiosError: true, config: { url: `https://${host}/p?user=x` } }],
    ['axios, with a base', { config: { url: '/p', baseURL: `https://${host}/base` } }],
    ['node', { request: { host } }],
    ['CAP', { reason: { request: { url: `https://${host}/p` } } }],
    ['fetch', { response: { url: `https://${host}/p`, status: 401 } }],
    ['the Cloud SDK', { cause: { cause: { config: { url: `https://${host}/p` } } } }]
  ])('%s: the host is named, and nothing behind it', (_, error) => {
    const { cause } = passedOn(Object.assign(new Error('x'), error), false).explanation
    expect(cause).toContain(where)
    expect(cause).not.toMatch(/user|\/p/)
  })

  test.each([
    [{ isAxiosError: true, config: { url: '/relative' } }, 'then another system answered 401'],
    [{ response: { status: 401 } }, 'then another system answered 401'],
    [{}, 'then the application answered 401'],
    [undefined, 'then the application answered 401']
  ])('%j', (error, text) => {
    expect(passedOn(error, false).message).toContain(text)
  })
})
