import { type Emulator, startEmulator } from '../../../emulator/src/index.js'
import { claimsOf, credentials } from '../../../emulator/test/support/http.js'
import { options, xsSecurity } from '../../../emulator/test/support/maintenance.js'
import { basicExchange } from '../../../src/development/basic-exchange.js'
import type { RequestError } from '../../../src/errors.js'
import { trust } from '../destination/support/landscape.js'

let emulator: Emulator
afterEach(() => emulator.stop())

/** Exchanges credentials at an emulated XSUAA with these settings. */
async function exchange(userPass: string, settings: object = {}): Promise<string> {
  const descriptor = { ...xsSecurity, 'oauth2-configuration': settings }
  emulator = await startEmulator({ ...options, xsSecurity: descriptor })
  trust(emulator.ca)
  const own = basicExchange(credentials(emulator) as never)
  return own(Buffer.from(userPass).toString('base64'))
}

const refusal = (userPass: string, settings?: object) =>
  exchange(userPass, settings).then(
    () => undefined,
    (error: unknown) => (error as RequestError).explanation
  )

test('the user of the credentials gets a token; a password may have colons', async () => {
  expect(claimsOf(await exchange('alice:a:b'))).toMatchObject({ user_name: 'alice' })
})

test.each(['nobody:', 'bob:wrong'])('%s is refused, and the users are named', async (userPass) => {
  expect(await refusal(userPass)).toMatchObject({
    cause: 'the emulated XSUAA does not know that user, or not with that password',
    fix: expect.stringContaining('Look at "users"') as string
  })
})

test.each([
  ['grant-types', 'authorization_code', 'password'],
  ['allowedproviders', 'corporate', 'sap.default']
])(
  '"%s" of %j forbids the grant, and says nothing about the user',
  async (name, value, missing) => {
    expect(await refusal('alice:', { [name]: [value] })).toMatchObject({
      cause: `Basic credentials need the grant "password", and "oauth2-configuration.${name}" in xs-security.json forbids it`,
      fix: `Add "${missing}" to it for development, or send a token as Bearer (npx cds-principal token <user>).`
    })
  }
)
