import axios from 'axios'
import * as oauth from 'axios-oauth-client'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { startXsuaa } from './log-on.js'

let landscape: FidelityLandscape
beforeAll(async () => (landscape = await startXsuaa()))
afterAll(() => landscape.stop())

test('technical token, password, refresh', async () => {
  const { url, clientid = '', clientsecret = '' } = credentials(landscape.emulator)
  const binding = [axios.create(), `${url}/oauth/token`, clientid, clientsecret] as const
  const technical = await oauth.clientCredentials(...binding)('uaa.resource')
  expect(claimsOf(technical.access_token)).toMatchObject({ scope: ['uaa.resource'] })
  const user = await oauth.ownerCredentials(...binding)('bob', 'builder', 'openid')
  expect(claimsOf(user.access_token)).toMatchObject({ user_name: 'bob', scope: ['openid'] })
  const refreshed = await oauth.refreshToken(...binding)(user.refresh_token ?? '', 'openid')
  expect(claimsOf(refreshed.access_token).user_name).toBe('bob')
})
