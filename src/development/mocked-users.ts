import { cap } from '../cap.js'
import type { AuthOptions } from '../options.js'
import { isEmulatorInstalled, loadDevelopment } from './door.js'

/** Defaults that CAP has for kind `mocked`. */
interface Mocked {
  readonly users?: AuthOptions['users']
  readonly tenants?: AuthOptions['tenants']
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Returns the users and tenants that CAP's mocked authentication has by itself. @internal */
export function defaultsOfMocked(): Mocked {
  const { kinds } = cap.env.requires
  return kinds?.['mocked-auth'] ?? {}
}

/**
 * Completes `cds.requires.auth` with CAP's mocked users and tenants, as CAP does for its own kind in development: other code
 * looks for them there.
 *
 * @internal
 */
export function completeMockedUsers(auth: Mutable<AuthOptions>): void {
  if (auth.emulator === false || !isEmulatorInstalled()) return
  const { mergedUsers } = loadDevelopment()
  const { users = {}, tenants = {} } = structuredClone(defaultsOfMocked())
  auth.users = mergedUsers(auth.users, users as never) as NonNullable<AuthOptions['users']>
  auth.tenants = { ...tenants, ...auth.tenants }
}
