import type { Request } from 'express'
import { Passport } from 'passport'
import OAuth2Strategy from 'passport-oauth2'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
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
      ...{ clientID, clientSecret, callbackURL, state: true, pkce: true },
      authorizationURL: `${url}/oauth/authorize`,
      tokenURL: `${url}/oauth/token`
    }
    const verify = (access: string, refresh: string, _profile: object, done: Done) =>
      done(null, { access, refresh })
    passport.use(new OAuth2Strategy(options, verify))
    const authenticate = passport.authenticate('oauth2', { session: false })
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

test('log-on with PKCE and state: access token and refresh token', async () => {
  const { access, refresh } = (await app.logOn('alice')).body as Record<string, string>
  expect(claimsOf(access ?? '')).toMatchObject({
    user_name: 'alice',
    grant_type: 'authorization_code'
  })
  expect(refresh).toMatch(/-r$/)
})
