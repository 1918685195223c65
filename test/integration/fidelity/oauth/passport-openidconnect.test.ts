import type { Request } from 'express'
import { Passport } from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { credentials } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { startXsuaa } from './log-on.js'
import { startWebApp, type WebApp } from './web-app.js'

type Done = (error: null, user: object) => void

let landscape: FidelityLandscape
let app: WebApp
beforeAll(async () => {
  landscape = await startXsuaa()
  const { url, clientid: clientID, clientsecret: clientSecret } = credentials(landscape.emulator)
  app = await startWebApp(landscape.emulator, (express, callbackURL) => {
    const passport = new Passport()
    const options = {
      ...{ clientID, clientSecret, callbackURL, issuer: `${url}/oauth/token`, nonce: true },
      authorizationURL: `${url}/oauth/authorize`,
      tokenURL: `${url}/oauth/token`,
      userInfoURL: `${url}/userinfo`,
      skipUserProfile: false
    }
    const verify = (issuer: string, profile: object, done: Done) => done(null, { issuer, profile })
    passport.use(new OpenIDConnectStrategy(options, verify))
    const authenticate = passport.authenticate('openidconnect', { session: false })
    express.get('/login', authenticate)
    express.get(
      '/callback',
      authenticate,
      ({ user }: Request & { user?: object }, res) => void res.json(user)
    )
  })
})
afterAll(async () => {
  await app.stop()
  await landscape.stop()
})

test('log-on with nonce: id token, and the profile of /userinfo', async () => {
  const { url } = credentials(landscape.emulator)
  expect((await app.logOn('alice')).body).toMatchObject({
    issuer: `${url}/oauth/token`,
    profile: { displayName: 'Alice Example', emails: [{ value: 'alice@example.com' }] }
  })
})

test('a state with a plus sign is not recognized, as on BTP', async () => {
  expect(await app.logOn('alice', true)).toMatchObject({ status: 403 })
})
