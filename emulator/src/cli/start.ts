import { join, resolve } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import type { Landscape } from '../process/attached.js'
import { watchOwners, type Owners } from '../process/owners.js'
import { AlreadyRunningError, serveLandscape, type ServedLandscape } from '../process/serve.js'
import { readRequires } from '../project/project-options.js'
import {
  announcementJson,
  bannerLines,
  shortLines,
  type Announcement
} from '../standalone/announce.js'
import { applicationEnvironment } from '../standalone/environment.js'
import { mocksConfiguration } from '../standalone/mocks-configuration.js'
import { OutputFolder } from '../standalone/output-folder.js'
import { codeOfSignal, END_SIGNALS, type EndSignal, runCommand } from '../standalone/run-command.js'
import { landscapeSource, type LandscapeSource } from '../standalone/source.js'

/** Options of `cds-principal-emulator start`. */
export interface StartOptions {
  /** Folder of the landscape. */
  readonly project: string
  /** Landscape file, in place of `landscape.json` in the folder. */
  readonly file?: string
  /** Folder for the files, in place of `.cds-principal` in the folder of the landscape. */
  readonly output?: string
  /** Shell command to run with the landscape. */
  readonly exec?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Name of the folder for the files. */
const OUTPUT = '.cds-principal'

/**
 * Runs a landscape without an application of CAP, until a signal or the end of the command. Sets the exit code of the process:
 * that of the command, else 0. After a signal during the start, the command is not run, and the exit code is that of the signal.
 *
 * @param source - default: that of the options
 * @throws EmulatorError with the option that is wrong
 */
export async function startLandscape(
  options: StartOptions,
  source: LandscapeSource = landscapeSource(options.project, options.file)
): Promise<void> {
  const ended = Promise.withResolvers<undefined>()
  const end = () => ended.resolve(undefined)
  const output = OutputFolder.claim(resolve(options.output ?? join(source.folder, OUTPUT)))
  process.once('exit', () => output.remove())
  let signalled: EndSignal | undefined
  for (const signal of END_SIGNALS) {
    process.on(signal, () => {
      signalled ??= signal
      end()
    })
  }
  const parent = watchNpx()
  let served: ServedLandscape | undefined
  try {
    served = await serve(source, end)
    const configuration = configurationOf(source, served.landscape)
    const environment = ({ landscape }: ServedLandscape) =>
      applicationEnvironment(landscape, output.path, process.env, configuration)
    const { variables, files } = environment(served)
    output.write(files)
    const { landscape } = served
    served.onRotation(() => served && output.update(environment(served).files))
    const { name, folder } = source
    announce({ landscape, source: name, folder, output: output.path, variables }, options)
    const env = { ...process.env, ...variables }
    process.exitCode = await untilEnd(options, env, ended.promise, signalled)
  } finally {
    parent?.stop()
    await served?.close()
    for (const path of output.remove()) tell(`${join(output.path, path)} stays: it has changed`)
  }
}

/** Returns what the configuration of a CAP project needs for its mocks. */
function configurationOf({ options }: LandscapeSource, { mockedServices }: Landscape) {
  if (!mockedServices.length) return undefined
  const requires = readRequires(options.root)
  return mocksConfiguration(requires, mockedServices, process.env['CDS_CONFIG'])
}

/** Ends with npx: it passes a signal on to its shell, and the shell to nobody. */
function watchNpx(): Owners | undefined {
  if (process.env['npm_lifecycle_event'] !== 'npx') return undefined
  return watchOwners(process.ppid, () => process.kill(process.pid, 'SIGTERM'))
}

async function serve({ folder, options }: LandscapeSource, onStop: () => void) {
  try {
    const fingerprint = 'standalone'
    return await serveLandscape(options, { folder, fingerprint, standalone: true, onStop })
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error
    const text = `${error.message}: end that one first, or choose another folder (--project)`
    throw new EmulatorError('ERR_EMULATOR_START', text, { cause: error })
  }
}

/**
 * Waits for the command, to which signals are passed on, or for a signal. Returns the exit code.
 *
 * @param signalled - signal that came during the start: the command is not run
 */
async function untilEnd(
  { exec }: StartOptions,
  env: NodeJS.ProcessEnv,
  ended: Promise<unknown>,
  signalled: EndSignal | undefined
): Promise<number> {
  if (exec === undefined) {
    await ended
    return 0
  }
  if (signalled) return codeOfSignal(signalled)
  const command = runCommand(exec, process.cwd(), env)
  const listeners = END_SIGNALS.map((signal) => {
    const listener = () => command.forward(signal)
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  try {
    return await command.exitCode
  } finally {
    for (const stop of listeners) stop()
  }
}

function announce(announcement: Announcement, { exec, json, quiet }: StartOptions): void {
  if (json) process.stdout.write(`${announcementJson(announcement)}\n`)
  else if (quiet) return
  else if (exec === undefined) console.log(bannerLines(announcement).join('\n'))
  else tell(shortLines(announcement).join('\n'))
}

/** Prints for the person at the terminal: what the command prints is another matter. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
