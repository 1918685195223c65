import cds from '@sap/cds'

import type { Landscape } from 'cds-principal-emulator/development'

import { isProduction } from '../lib/profile.js'
import type { AuthOptions } from '../options.js'
import { isEmulatorInstalled, loadDevelopment } from './door.js'
import { bindLandscape } from './landscape.js'

/** Answer of the landscape to a command. */
interface Answer<T> {
  readonly status: number
  readonly body: T & { readonly message?: string }
}

/**
 * Binds this process to the landscape that runs for the project, if there is one and the project would use it. Starts none.
 *
 * @returns true if the process is bound to it
 * @internal
 */
export async function joinRunningLandscape(auth: AuthOptions): Promise<boolean> {
  if (auth.emulator === false || isProduction() || auth.credentials) return false
  const answer = await askRunningLandscape<{ landscape?: Landscape }>('GET', '/landscape')
  if (!answer?.body.landscape) return false
  const { landscape } = answer.body
  bindLandscape(auth, landscape)
  loadDevelopment().setAttachedLandscape(landscape) // errors then give the advice of the server
  return true
}

/**
 * Asks the landscape that runs for the project.
 *
 * @returns `undefined` without one, also where the emulator is not installed
 * @internal
 */
export async function askRunningLandscape<T>(
  method: 'GET' | 'POST',
  path: string,
  body?: object
): Promise<Answer<T> | undefined> {
  if (!isEmulatorInstalled()) return undefined
  const { askLandscape } = loadDevelopment()
  return (await askLandscape(cds.root, method, path, body)) as Answer<T> | undefined
}
