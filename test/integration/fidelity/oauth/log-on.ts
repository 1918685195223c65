import { TestBrowser } from '../../../../emulator/test/authorize/browser.js'
import type { Emulator } from '../../../../emulator/src/index.js'
import { FidelityLandscape } from '../landscape.js'

/** Address of the client that codes are sent to. */
export const CALLBACK = 'http://localhost:5000/login/callback'

/** A landscape for clients that know XSUAA only. */
export const startXsuaa = () => FidelityLandscape.start({ onPremise: {}, destinations: {} })

/**
 * Logs a user on at the address that a client has built.
 *
 * @returns the address that the browser is sent to
 */
export async function logOnAt(
  emulator: Emulator,
  address: string | URL,
  username = 'alice',
  browser = new TestBrowser(emulator)
): Promise<URL> {
  const { pathname, search } = new URL(address)
  const page = await browser.get(pathname + search)
  const answer = page.status === 302 ? page : await browser.logOn(page, { username })
  return new URL(String(answer.headers.location))
}
