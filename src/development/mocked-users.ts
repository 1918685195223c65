import { existsSync } from 'node:fs'
import { join } from 'node:path'

import cds from '@sap/cds'

import type { ProjectRequires } from 'cds-principal-emulator/development'

import { cap } from '../cap.js'
import { logWarning } from '../lib/log.js'
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

/**
 * Warns that Basic credentials are those of XSUAA in development, with roles and another id, where the project is bound to Identity
 * Authentication only: by its label, or without `xs-security.json`.
 *
 * @param requires - `cds.requires`
 * @internal
 */
export function warnOfXsuaaUsers({ auth, identity, xsuaa }: ProjectRequires): void {
  const isBound = auth?.vcap?.label === 'identity'
  const isAdded = Boolean(identity) && !existsSync(join(cds.root, 'xs-security.json'))
  if (xsuaa || !(isBound || isAdded)) return
  logWarning(
    'the project has Identity Authentication and no XSUAA, but Basic credentials (curl -u) are those of a user of the emulated XSUAA, ' +
      'with roles, attributes and an id that the user does not have on BTP: send a token of Identity Authentication ' +
      '(npx cds-principal token <user> --issuer ias)'
  )
}
