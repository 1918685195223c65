import { logWarning } from '../lib/log.js'
import type { AuthOptions, Bindings, RequiredBindings } from '../options.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Shows other plugins the bindings where they look for them with CAP's own kinds: `cds.requires.xsuaa` has the credentials of
 * XSUAA (event-queue), and `cds.requires.auth.credentials` those of Identity Authentication where `@sap/ams` is there, which takes
 * whatever it finds for these.
 *
 * @internal
 */
export function showBindings(
  auth: Mutable<AuthOptions>,
  requires: Mutable<RequiredBindings>,
  { xsuaa, ias }: Bindings
): void {
  if (xsuaa && !requires.xsuaa?.credentials) {
    requires.xsuaa = { ...requires.xsuaa, credentials: xsuaa }
  }
  if (!auth.ams) return
  if (ias) auth.credentials = ias
  else logWarning(WITHOUT_IDENTITY)
}

const WITHOUT_IDENTITY =
  '@sap/ams needs Identity Authentication, whose binding is not used: bind it, and with XSUAA beside it set ' +
  '"cds.requires.identity": true'
