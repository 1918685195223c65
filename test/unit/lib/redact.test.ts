import { inspect } from 'node:util'

import { cleanCause } from '../../../src/lib/redact.js'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

test('the messages of all causes stay, outermost first', () => {
  const error = new Error('outer', { cause: new Error('inner') })
  expect(cleanCause(error).messages).toEqual(['outer', 'inner'])
})

test('no token, credentials or request of the original is kept', () => {
  const original = Object.assign(
    new Error(`failed with Bearer ${TOKEN} at https://u:secret@host/`),
    {
      config: { headers: { authorization: `Bearer ${TOKEN}` } }
    }
  )
  const printed = inspect(cleanCause(new Error('outer', { cause: original })), { depth: 9 })
  expect(printed).toContain('failed with')
  expect(printed).not.toContain(TOKEN)
  expect(printed).not.toContain('secret')
})

test.each([undefined, null, 'x', 1])('%j is no error', (value) => {
  expect(cleanCause(value).messages).toEqual(['unknown error'])
})
