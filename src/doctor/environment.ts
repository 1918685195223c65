import { cap, useProject } from '../cap.js'
import { joinRunningLandscape } from '../development/running.js'
import { silenceCloudSdk } from '../lib/lazy.js'
import { quietLibraries } from '../lib/log.js'
import { isProduction } from '../lib/profile.js'
import { boundServices } from '../destination/binding/bound-services.js'
import { readConfiguration, readFile, readVcap } from './exports.js'

/** Options of the examination. */
export interface DoctorOptions {
  /** Folder of the CAP project, or of the deployed application. */
  readonly project: string
  /** Profiles of CAP, separated by commas. */
  readonly profile?: string | undefined
  /** File with the exported environment of the application. */
  readonly vcap?: string | undefined
  /** File with exported destinations. */
  readonly destinations?: string | undefined
  /** Path of `mta.yaml`. */
  readonly mta?: string | undefined
  /** Path of `xs-security.json`. */
  readonly xsSecurity?: string | undefined
  /** Path of the application router's `xs-app.json`. */
  readonly xsApp?: string | undefined
  /** File with `cds.requires`. */
  readonly requires?: string | undefined
  /** True if the remote systems are called, with one read each. */
  readonly probe?: boolean | undefined
  /** Token of a user, as whom the remote systems are called. */
  readonly token?: string | undefined
  /** User of the emulated landscape, as whom the remote systems are called. */
  readonly as?: string | undefined
}

/** Place where the bindings of this examination come from. */
export type Source = 'files' | 'environment' | 'landscape' | 'nowhere'

/**
 * Gives this process the configuration, the profile and the bindings that are examined.
 *
 * @throws {@link ConfigurationError} for a file that can't be read
 */
export async function prepareEnvironment(options: DoctorOptions): Promise<Source> {
  const { profile, vcap, requires } = options
  const { env } = process
  assertReadable(options)
  quietLibraries()
  silenceCloudSdk()
  if (requires) env.CDS_CONFIG = JSON.stringify(readConfiguration(requires))
  if (vcap) env.VCAP_SERVICES = JSON.stringify(readVcap(vcap))
  useProject(options.project, profile)
  if (vcap) return 'files'
  if (hasEnvironment() || (await boundServices()).length) return 'environment'
  if (isFromFiles(options) || isProduction()) return 'nowhere'
  const { auth } = cap.env.requires
  return auth && (await joinRunningLandscape(auth)) ? 'landscape' : 'nowhere'
}

/** Reads the files that are looked at later: one that can't be read ends the examination before anything is called. */
function assertReadable({ mta, xsSecurity, xsApp }: DoctorOptions): void {
  const files = { '--mta': mta, '--xs-security': xsSecurity, '--xs-app': xsApp }
  for (const [option, path] of Object.entries(files)) {
    if (path !== undefined) readFile(option, path)
  }
}

/** True if the examination is about exported files, and nothing is called. */
export function isFromFiles(options: DoctorOptions): boolean {
  const { vcap, destinations, mta, xsSecurity, xsApp, requires, probe, token, as } = options
  const files = [vcap, destinations, mta, xsSecurity, xsApp, requires]
  return files.some(Boolean) && !probe && !token && !as
}

/** True if the platform, or `cds bind --exec`, has set bindings. */
function hasEnvironment(): boolean {
  const { VCAP_SERVICES: services, VCAP_SERVICES_FILE_PATH: file } = process.env
  const { SERVICE_BINDING_ROOT: root } = process.env
  return Boolean(file ?? root) || Boolean(services && services !== '{}')
}
