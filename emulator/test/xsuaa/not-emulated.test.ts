import { startEmulator, type Emulator } from '../../src/index.js'
import { NOT_EMULATED } from '../../src/xsuaa/documents/not-emulated.js'
import { read } from '../../../test/unit/project/repository.js'
import { requestToken, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

let emulator: Emulator
beforeAll(async () => (emulator = await startEmulator(options)))
afterAll(() => emulator.stop())

test.each(NOT_EMULATED)('%s says so, and is on the page', async (path) => {
  for (const below of [path, `${path}/x`]) {
    expect(await send(emulator.url + below, { ca: emulator.ca, method: 'POST' })).toMatchObject({
      status: 501,
      body: {
        error: 'not_implemented',
        error_description: expect.stringContaining(`${path} is not emulated`)
      }
    })
  }
  const [, section = ''] = read('docs/emulator.md').split('### XSUAA: endpoints\n')
  const [, rest = ''] = section.split('**Not emulated.**')
  expect(rest.split('**Different.**')[0]).toContain(`\`${path}\``)
})

test.each([
  [{ grant_type: 'user_token' }, 'unsupported_grant_type'],
  [{ grant_type: 'password', passcode: 'x' }, 'unsupported_grant_type'],
  [{ grant_type: 'client_credentials', token_format: 'opaque' }, 'invalid_request'],
  [{ grant_type: 'client_credentials', client_assertion: 'x' }, 'invalid_client']
])('%j is not emulated', async (parameters, error) => {
  const { status, body } = await requestToken(emulator, { ...parameters })
  expect({ status, ...body }).toEqual({
    status: 501,
    error,
    error_description: expect.stringMatching(/^XSUAA has .*, the emulator does not/)
  })
})

test('a path that XSUAA does not have', async () => {
  const answer = await send(`${emulator.url}/check_tokens`, { ca: emulator.ca })
  expect(answer).toMatchObject({ status: 404, body: { error: 'not_found' } })
})

test.each([
  ['POST', '/oauth/authorize', 'GET'],
  ['GET', '/login.do', 'POST'],
  ['POST', '/token_keys', 'GET, HEAD'],
  ['DELETE', '/userinfo', 'GET, POST']
])('%s %s: another method', async (method, path, allow) => {
  const answer = await send(emulator.url + path, { ca: emulator.ca, method })
  expect(answer).toMatchObject({ status: 405, headers: { allow } })
})
