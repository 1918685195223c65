import { ERROR_CODES, type ErrorCode, PropagationError, TokenError } from '../../../src/errors.js'
import { refusalOf } from '../../../src/explain/refusal.js'
import { explainLater } from '../../../src/lib/log.js'

const codes = Object.keys(ERROR_CODES) as ErrorCode[]

test.each(codes)('%s: the status of the code, and a next step without marks', (code) => {
  const refusal = refusalOf(new TokenError(code, 'erna lacks "plant"', { fix: 'Tell egon.' }))
  expect(refusal).toMatchObject({ code, status: ERROR_CODES[code] })
  expect(refusal?.nextStep).toMatch(/^[^a-z\s].{10}/)
  expect(refusal?.nextStep).not.toMatch(/\*\*|\]\(|`|\||\n(?!- )|\b(?:erna|egon)\b/)
})

test('the client of a technical token learns which token it needs', () => {
  const error = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'no user')
  expect(refusalOf(error)?.nextStep).toContain(
    '\n- a technical user: let it send a token of the user:'
  )
})

test("CAP's own refusal has the code of its explanation", () => {
  const error = Object.assign(new Error('Forbidden'), { code: 403 })
  expect(refusalOf(error)).toBeUndefined()
  explainLater(error, new TokenError('ERR_ROLE_MISSING', 'a role is missing'))
  expect(refusalOf(error)).toMatchObject({ code: 'ERR_ROLE_MISSING', status: 403 })
  expect(refusalOf(new Error('wrapped', { cause: error }))?.code).toBe('ERR_ROLE_MISSING')
})

test('a failed call of executeHttpRequest has the code of what it means', () => {
  const remoteError = new TokenError('ERR_TOKEN_EXPIRES', 'over')
  expect(refusalOf(Object.assign(new Error('Axios'), { remoteError }))?.status).toBe(401)
})

test.each([undefined, null, 'text', new Error('of the application')])('nothing for %s', (error) => {
  expect(refusalOf(error)).toBeUndefined()
})

test('an error to which the application has given a code of its own is its own', () => {
  const error = Object.assign(new TokenError('ERR_ROLE_MISSING', 'a role'), { code: 'MINE' })
  expect(refusalOf(error)).toBeUndefined()
})
