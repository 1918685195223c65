import { isRedirectUri } from '../../../src/xsuaa/authorize/redirect-uri.js'

const LOCAL = ['http://localhost:*/**']

it.each([
  [LOCAL, 'http://localhost:5000/login/callback'],
  [LOCAL, 'http://localhost/x'],
  [['https://*.example.com/login/*'], 'https://app.example.com/login/callback?a=1'],
  [['https://**.example.com/**'], 'https://a.b.example.com/x/y'],
  [['https://app.example.com/cb'], 'https://app.example.com/cb'],
  [['https://app.example.com:8443/**'], 'https://app.example.com:8443/']
])('%j allows %s', (patterns, uri) => {
  expect(isRedirectUri(patterns, uri)).toBe(true)
})

it.each([
  [LOCAL, 'http://localhost:1@evil.example/x'],
  [LOCAL, 'http://localhost.evil.example/x'],
  [LOCAL, 'http://evil.example/localhost:1/x'],
  [LOCAL, 'https://localhost:5000/x'],
  [LOCAL, 'javascript:alert(1)'],
  [LOCAL, 'http://localhost:5000/x#fragment'],
  [LOCAL, 'http://localhost:5000/x#'],
  [LOCAL, '/relative'],
  [LOCAL, ''],
  [['https://*.example.com/**'], 'https://example.com/x'],
  [['https://*.example.com/**'], 'https://a.b.example.com/x'],
  [['https://*.example.com/**'], 'https://evil.example/.example.com/x'],
  [['https://app.example.com/login/*'], 'https://app.example.com/login/a/b'],
  [['https://app.example.com/login'], 'https://app.example.com/login/../admin'],
  [['https://app.example.com/cb'], 'https://app.example.com:8443/cb'],
  [['not a pattern'], 'https://app.example.com/cb'],
  [[], 'http://localhost:5000/x']
])('%j does not allow %s', (patterns, uri) => {
  expect(isRedirectUri(patterns, uri)).toBe(false)
})
