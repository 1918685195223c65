import { headerMistake } from '../../../../src/inbound/denied/header-mistakes.js'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2VjcmV0'

test.each([
  [`Bearer {"access_token":"${TOKEN}"}`, 'holds JSON'],
  [`Bearer "${TOKEN}"`, 'quotation marks'],
  [`'Bearer ${TOKEN}'`, 'quotation marks'],
  [`“Bearer ${TOKEN}”`, 'quotation marks'],
  [`Bearer Bearer ${TOKEN}`, '"Bearer" twice'],
  [`bearer  bearer ${TOKEN}`, '"Bearer" twice'],
  [`Bearer: ${TOKEN}`, 'sign behind "Bearer"'],
  [`Bearer=${TOKEN}`, 'sign behind "Bearer"'],
  ['Bearer ${TOKEN}', 'JSON'],
  ['Bearer $TOKEN', 'name of a variable'],
  ['Bearer <token>', 'name of a variable'],
  ['Bearer %TOKEN%', 'name of a variable'],
  [TOKEN, 'without a scheme'],
  [` ${TOKEN} `, 'without a scheme'],
  [`Bearer ${TOKEN} more`, undefined],
  ['Bearer a,b', undefined]
])('%s: the mistake is named, and nothing of the token', (header, detail) => {
  const { cause, fix } = headerMistake(header)
  const form = '"Authorization" header is not of the form "<scheme> <credentials>"'
  if (detail) expect(cause).toContain(detail)
  else expect(cause).toBe(form)
  expect(cause.startsWith(form)).toBe(true)
  expect(cause + fix).not.toMatch(/eyJ|more|a,b/)
})
