import { tokenIn } from '../../../src/explain/token/pasted.js'
import { relativeTime } from '../../../src/explain/token/relative-time.js'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'

describe('a pasted token', () => {
  test('as it is: no remark', () => {
    expect(tokenIn(`${TOKEN}\n`)).toEqual({ bearerToken: TOKEN, hints: [] })
  })

  test.each([
    ['token response', JSON.stringify({ access_token: TOKEN, token_type: 'bearer' }), 1],
    ['quotes', `"${TOKEN}"`, 1],
    ['the scheme', `Bearer ${TOKEN}`, 1],
    ['a whole header', `Authorization: Bearer ${TOKEN}`, 1],
    ['a parameter of curl', `-H 'Authorization: Bearer ${TOKEN}'`, 1],
    ['lines of a terminal', `${TOKEN.slice(0, 20)}\n  ${TOKEN.slice(20)}`, 1],
    ['quotes and scheme', `"bearer ${TOKEN}"`, 2],
    ['a header of JSON', `{"token":"Bearer ${TOKEN}"}`, 2]
  ])('with %s: it is found, and there is a remark', (_, pasted, remarks) => {
    const { bearerToken, hints } = tokenIn(pasted)
    expect(bearerToken).toBe(TOKEN)
    expect(hints).toHaveLength(remarks)
    expect(hints.join()).not.toContain('eyJ')
  })

  test.each(['hello world', '{"error":"invalid_client"}', '{', ''])('%p is none', (pasted) => {
    expect(tokenIn(pasted)).toEqual({ bearerToken: pasted, hints: [] })
  })
})

test.each([
  [10_000, 'in 2 hours'],
  [-59, '59 seconds ago'],
  [-60, '1 minute ago'],
  [0, 'in 0 seconds'],
  [3 * 86_400, 'in 3 days'],
  ['x', 'no number']
])('a time %p seconds from now: %s', (seconds, text) => {
  expect(relativeTime(typeof seconds === 'number' ? seconds + 1000 : seconds, 1000)).toBe(text)
})
