import type { Emulator } from '../../../../emulator/src/index.js'
import { TestBrowser } from '../../../../emulator/test/authorize/browser.js'
import { GRANT_TYPES, identityCredentials } from '../../../../emulator/test/support/identity.js'
import { FidelityLandscape } from '../landscape.js'

/** Address that a client on the desktop listens at. */
export const CALLBACK = 'http://127.0.0.1:51234/callback'

/** Address after the log-out. */
export const HOME = 'https://app.example.com/home'

/** A landscape with an application that has a secret, and the public client `desktop`. */
export const startIdentity = () =>
  FidelityLandscape.start({
    onPremise: {},
    destinations: {},
    identity: {
      grantTypes: GRANT_TYPES,
      redirectUris: [CALLBACK],
      postLogoutRedirectUris: [HOME],
      applications: {
        desktop: {
          publicClient: true,
          grantTypes: ['authorization_code_pkce_s256', 'refresh_token'],
          redirectUris: ['http://127.0.0.1:*/**']
        }
      }
    }
  })

/** A browser at the emulated Identity Authentication. */
export const openBrowser = (emulator: Emulator) =>
  new TestBrowser(emulator, identityCredentials(emulator)['url'])

/**
 * Logs a user on at the address that a client has built.
 *
 * @returns the address that the browser is sent to
 */
export async function logOnAt(
  address: string | URL,
  browser: TestBrowser,
  username = 'alice'
): Promise<URL> {
  const { pathname, search } = new URL(address)
  const page = await browser.get(pathname + search)
  const answer = page.status === 302 ? page : await browser.submit(page, { username })
  return new URL(String(answer.headers.location))
}
