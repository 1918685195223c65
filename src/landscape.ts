import tls from 'node:tls'

import cds from '@sap/cds'

import type { VcapServices } from './emulator/index.js'
import { attachLandscape } from './emulator/process/attach.js'
import { setAttachedLandscape } from './emulator/process/attached.js'
import { ConfigurationError } from './errors.js'
import { logInfo } from './log.js'
import type { AuthOptions } from './options.js'
import type { XsuaaCredentials } from './token/xsuaa-issuer.js'

/** `cds.requires.auth`, to which the emulated binding is added. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * In development without a bound XSUAA: joins the emulated landscape of the project, and binds its services to this
 * process as BTP does, through `VCAP_SERVICES`. From there on the code is the same as in production.
 *
 * @returns whether there is a landscape
 * @throws {@link ConfigurationError} when it can't be started, or Node can't trust its certificates
 * @internal
 */
export async function joinLandscape(auth: Mutable<AuthOptions>): Promise<boolean> {
  if (auth.emulator === false || auth.credentials || isProduction()) return false
  const options = { root: cds.root, users: auth.users ?? {}, ...auth.emulator }
  const landscape = await attachLandscape(options as never, ownerPid()).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError(
      `the emulated BTP services can't be started: ${reason} (cds.requires.auth.emulator: false turns them off)`
    )
  })
  trust(landscape.ca)
  process.env.VCAP_SERVICES = JSON.stringify(landscape.vcapServices)
  auth.credentials = landscape.vcapServices.xsuaa[0]?.credentials as unknown as XsuaaCredentials
  bindIdentity(landscape.vcapServices)
  setAttachedLandscape(landscape)
  logInfo('bound to the emulated XSUAA, Destination and Connectivity service')
  return true
}

/** Where the landscape has one, Identity Authentication is bound next to XSUAA, as CAP's own fallback has it. */
function bindIdentity({ identity: [binding] = [] }: VcapServices): void {
  if (!binding) return
  const requires = cds.env.requires as unknown as Record<string, object | undefined>
  requires.identity = { ...requires.identity, credentials: binding.credentials }
}

/** The landscape outlives a watched server, and never its watch. */
function ownerPid(): number {
  return (cds as unknown as { watched?: boolean }).watched ? process.ppid : process.pid
}

function isProduction(): boolean {
  const profiles = [process.env.NODE_ENV, ...(process.env.CDS_ENV ?? '').split(',')]
  return profiles.some((profile) => profile?.trim() === 'production')
}

/** Adds to what Node trusts, for this process only; verification stays on. */
function trust(ca: string): void {
  if (typeof tls.setDefaultCACertificates !== 'function') {
    const text = `Node ${process.version} can't trust the emulated services at run time: use 22.19, 24.5 or newer`
    throw new ConfigurationError(text)
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca])
}
