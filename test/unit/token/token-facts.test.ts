import { addresseeText, durationText, issuerHost } from '../../../src/token/token-facts.js'

test.each([
  [0, '0 s'],
  [119.9, '119 s'],
  [120, '2 min'],
  [7199, '119 min'],
  [7200, '2 h'],
  [48 * 3600 - 1, '47 h'],
  [48 * 3600, '2 days']
])('%d seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test.each([
  [{ azp: 'a', cid: 'b', aud: ['x', 'y'] }, 'client a, audience x, y'],
  [{ client_id: 'c', aud: 'x' }, 'client c, audience x'],
  [{}, 'client none, audience none'],
  [{ azp: 1, aud: [{}, 'x\n'] }, 'client none, audience none, x?'],
  [{ cid: 'b', client_id: 'c', aud: null }, 'client b, audience none'],
  [{ azp: 'a', aud: ['1', '2', '3', '4', '5', '6'] }, 'client a, audience 1, 2, 3, 4, 5']
])('%j is %s', (payload, text) => {
  expect(addresseeText(payload)).toBe(text)
})

test('of an issuer only the host is shown', () => {
  expect(issuerHost('https://t1.example:443/path?user=x')).toBe('t1.example')
  expect(issuerHost('http://localhost:8080/realms/plant')).toBe('localhost:8080')
  expect(issuerHost('urn:t1.example')).toBe('no URL')
  expect(issuerHost('x')).toBe('no URL')
  expect(issuerHost(['https://t1.example'])).toBe('no "iss" claim')
  expect(issuerHost(undefined)).toBe('no "iss" claim')
})
