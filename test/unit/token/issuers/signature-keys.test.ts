import { validateSignature } from '../../../../src/token/issuers/xssec.js'

const TOKEN = {}

test('the library verifies; its refusal comes through', () => {
  const refusal = new Error('bad signature')
  const validate = jest.fn(() => {
    throw refusal
  })
  expect(() => {
    validateSignature({ validateSignature: validate }, TOKEN)
  }).toThrow(refusal)
  expect(validate).toHaveBeenCalledWith(TOKEN)
})

test.each([
  ['a good signature', () => undefined],
  [
    'a bad one',
    () => {
      throw new Error('bad signature')
    }
  ]
])('stacks are as they were after %s', (_, validate) => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 7
  try {
    validateSignature({ validateSignature: validate }, TOKEN)
  } catch {
    // what it is, is told above
  }
  expect(Error.stackTraceLimit).toBe(7)
  Error.stackTraceLimit = stackTraceLimit
})
