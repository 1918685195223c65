import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'

import type { Emulator } from '../../emulator/src/index.js'
import { processEnvironment } from './environment.js'

/** Folder of the sample. */
export const SAMPLE = resolve(__dirname, '../..')

/** How the sample is run in a test. */
export interface SampleOptions {
  /** Bindings and certificate authority come from here, as on BTP. */
  readonly emulator: Emulator
  /** Further certificate authorities to trust, PEM. */
  readonly ca?: string
  /** `false`: as if the plugin were not installed, with CAP's own strategy `xsuaa`. */
  readonly plugin?: boolean
  /** Folder with further services, put beside those of the sample. */
  readonly extra?: string
  /** `undefined` for a variable that is not set. */
  readonly env?: Record<string, string | undefined>
  /** Further files of the project by name. */
  readonly files?: Record<string, string>
  /** Changes of `cds.requires`, by service. */
  readonly requires?: Record<string, object>
  /** Folders of packages that are installed besides, by name. */
  readonly packages?: Record<string, string>
}

/** The sample, running in a process of its own. */
export interface Sample {
  readonly url: string
  /** Where its files are, and its database in a file. */
  readonly folder: string
  /** What it has printed so far, with all that it printed before it last answered a request. */
  output(): Promise<string>
  /** Resolves when something was printed. */
  printed(pattern: RegExp): Promise<void>
  /** Resolves when the process has ended, and all that it printed was read. */
  readonly ended: Promise<void>
  stop(): Promise<void>
  /** Ends it as a platform does: it finishes its work. Its files stay. Returns its exit code; `null` if a signal has ended it. */
  terminate(): Promise<number | null>
  /** Ends the process at once, as a crash does. @param look - gets its folder before that is removed */
  kill(look?: (folder: string) => void): Promise<void>
}

/** Starts the sample with `cds-serve` in a folder with its files, bound to the emulator. */
export async function startSample(options: SampleOptions): Promise<Sample> {
  const root = projectFolder(options)
  const child = spawn(process.execPath, ['--import', 'tsx', CDS_SERVE], {
    cwd: root,
    env: environment(root, options),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = new Output(child)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill) // also where it has not started yet
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  void ended.then(() => process.off('exit', kill))
  try {
    await output.printed(LISTENING)
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
  const [, url = ''] = LISTENING.exec(output.text) ?? []
  const endAndRemove = async (signal: NodeJS.Signals, look?: (folder: string) => void) => {
    await end(child, signal)
    look?.(root)
    rmSync(root, { recursive: true, force: true })
  }
  return {
    url,
    folder: root,
    output: () => output.soFar(),
    printed: (pattern) => output.printed(pattern),
    ended,
    stop: () => endAndRemove('SIGINT'),
    terminate: async () => {
      await end(child)
      return child.exitCode
    },
    kill: (look) => endAndRemove('SIGKILL', look)
  }
}

const LISTENING = /server listening on[^']*'(http:\/\/localhost:\d+)'/

const CDS_SERVE = join(SAMPLE, 'node_modules/@sap/cds/bin/serve.js')

function projectFolder(options: SampleOptions): string {
  const { plugin = true, extra, emulator, ca, requires, files = {}, packages = {} } = options
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-sample-'))
  for (const name of ['db', 'srv'])
    cpSync(join(SAMPLE, name), join(root, name), { recursive: true })
  cpSync(join(SAMPLE, 'xs-security.json'), join(root, 'xs-security.json'))
  if (extra) cpSync(extra, join(root, 'srv'), { recursive: true })
  linkPackages(join(root, 'node_modules'), packages)
  const configuration = JSON.parse(
    readFileSync(join(SAMPLE, '.cdsrc.json'), 'utf8')
  ) as Configuration
  configuration.requires.auth = { kind: plugin ? 'principal' : 'xsuaa' }
  for (const [name, changes] of Object.entries(requires ?? {})) {
    configuration.requires[name] = { ...configuration.requires[name], ...changes }
  }
  writeFileSync(join(root, '.cdsrc.json'), JSON.stringify(configuration))
  const own = Object.fromEntries(Object.keys(packages).map((name) => [name, '*']))
  const dependencies = { '@cap-js/sqlite': '*', ...(plugin && { 'cds-principal': '*' }), ...own }
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'sample', dependencies }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  writeFileSync(join(root, 'ca.pem'), [emulator.ca, ca].join('\n'))
  return root
}

/** The packages of this repository, and others beside them. */
function linkPackages(modules: string, packages: Record<string, string>): void {
  const installed = join(SAMPLE, 'node_modules')
  if (!Object.keys(packages).length) {
    symlinkSync(installed, modules)
    return
  }
  const scopes = new Set(Object.keys(packages).map((name) => name.split('/', 1)[0] ?? ''))
  for (const folder of ['', ...scopes]) {
    mkdirSync(join(modules, folder), { recursive: true })
    for (const name of readdirSync(join(installed, folder))) {
      if (!scopes.has(name)) symlinkSync(join(installed, folder, name), join(modules, folder, name))
    }
  }
  for (const [name, folder] of Object.entries(packages)) symlinkSync(folder, join(modules, name))
}

interface Configuration {
  requires: Record<string, object>
}

function environment(root: string, { emulator, env }: SampleOptions): NodeJS.ProcessEnv {
  return {
    ...processEnvironment({ HOME: root }), // CAP keeps a registry of running servers there, and reads configuration from it
    CDS_TYPESCRIPT: 'tsx',
    PORT: '0',
    NODE_EXTRA_CA_CERTS: join(root, 'ca.pem'),
    VCAP_SERVICES: JSON.stringify(emulator.vcapServices()),
    ...(emulator.workloadApi && { SPIFFE_ENDPOINT_SOCKET: emulator.workloadApi }),
    ...env
  }
}

/** What a process prints, and waiting for it. */
export class Output {
  text = ''
  readonly #child: ChildProcess
  #isOver = false

  constructor(child: ChildProcess) {
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk
        child.emit('printed')
      })
    }
    child.once('close', () => (this.#isOver = true))
  }

  /**
   * The text with all that the process wrote before whatever the test has just seen of it. A process on Linux or macOS
   * writes to a pipe at once, so that is in the pipe when an answer comes; it may be read here after the answer, though.
   */
  async soFar(): Promise<string> {
    for (let turns = 0; turns < 2; turns++) await turnOfEventLoop()
    return this.text
  }

  /** @throws when the process ends before */
  printed(pattern: RegExp): Promise<void> {
    return new Promise((done, fail) => {
      const check = () => {
        if (pattern.test(this.text)) settle(done)
      }
      const exit = () => {
        settle(() => {
          fail(new Error(`ended before it printed ${String(pattern)}:\n${this.text}`))
        })
      }
      const settle = (outcome: () => void) => {
        this.#child.off('printed', check).off('close', exit)
        outcome()
      }
      this.#child.on('printed', check).once('close', exit)
      check()
      if (this.#isOver) exit()
    })
  }
}

/** Ends a process that a test has started, and waits until it has ended. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((done) => child.once('exit', done))
  child.kill(signal)
  await closed
}
