import { join } from 'node:path'

import { RunningSample } from '../../support/running-sample.js'

let app: RunningSample
beforeAll(async () => {
  app = await RunningSample.start({ extra: join(__dirname, 'app') })
})
afterAll(() => app.stop())

/** What a route of the application has answered, and who has called S/4 for it. */
async function called(path: string, user = 'alice') {
  const client = await app.as(user)
  const { result, entries } = await app.recorded(() => client.get(`/own/${path}`))
  return { ...result, users: entries.map((each) => each.user) }
}

const SERVICES = ['required', 'anonymous', 'assigned']

test.each(SERVICES)(
  'behind cds.middlewares.before, S/4 is called as the user: %s',
  async (service) => {
    const { body, users } = await called(`before/${service}`)
    expect(body).toEqual({ found: true })
    expect(users).toEqual(['ALICE'])
  }
)

test.each(SERVICES)(
  'a user with another id is still the user of the token: %s',
  async (service) => {
    const { body, users } = await called(`renamed/${service}`)
    expect(body).toEqual({ found: true })
    expect(users).toEqual(['ALICE'])
  }
)

test('behind cds.middlewares.auth() alone, too', async () => {
  const { body, users } = await called('auth/required')
  expect(body).toEqual({ found: true })
  expect(users).toEqual(['ALICE'])
})

test.each([
  ['required', '"API_EQUIPMENT"'],
  ['anonymous', '"S4"'],
  ['assigned', '"S4"']
])('without, nobody calls, and the message says what is missing: %s', async (service, name) => {
  const { body, users } = await called(`plain/${service}`)
  expect(body).toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED',
    message: expect.stringMatching(
      new RegExp(
        `^${name} is called on behalf of a named user, but the current identity is anonymous .*` +
          'Nothing was sent\\..* needs cds\\.middlewares\\.before in front of it'
      )
    ) as string
  })
  expect(users).toEqual([])
})
