import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { isCap9 } from '../support/cap-version.js'

const root = path.resolve(__dirname, '../..')
const EMULATOR = path.join(root, 'emulator')

interface Manifest {
  devDependencies: Record<string, string>
}

/** A CAP project in a folder of its own, with the packed package installed as a consumer gets it. */
export interface InstalledApp {
  folder: string
  /** Runs Node in the project and returns what it printed. */
  node(args: string[], env?: NodeJS.ProcessEnv): string
  remove(): void
}

/**
 * Packs this package and installs the tarball into a copy of a project in this folder.
 *
 * @param packages - what the project needs besides CAP
 * @param options - `emulator: false` installs the plugin alone, as production does
 */
export function installApp(
  project = 'app',
  packages: string[] = [],
  options: { emulator?: boolean } = {}
): InstalledApp {
  const create = (folder: string) => {
    fs.cpSync(path.join(__dirname, project), folder, { recursive: true })
  }
  return install(packages, create, options)
}

/**
 * Creates a project with `cds init`, an ES module, and installs the packed tarball into it.
 *
 * @param packages - what the project needs besides CAP
 */
export function initApp(packages: string[] = []): InstalledApp {
  return install(packages, (folder) => {
    const cds = path.join(root, 'node_modules/@sap/cds-dk/bin/cds.js')
    const esm = isCap9 ? ['--add', 'esm'] : [] // what CAP 10 creates without being asked
    execFileSync(process.execPath, [cds, 'init', folder, '--nodejs', ...esm], {
      env: environment(),
      stdio: ['ignore', 'ignore', 'inherit']
    })
  })
}

function install(
  packages: string[],
  create: (folder: string) => void,
  { emulator = true } = {}
): InstalledApp {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-app-'))
  const folder = path.join(temporary, 'app')
  create(folder)
  const scripts = isCap9 ? ['--ignore-scripts'] : []
  const tarballs = (emulator ? [root, EMULATOR] : [root]).map((each) => pack(each, temporary))
  npm(folder, [
    ...['install', ...tarballs, ...scripts],
    ...PEERS.map(ofThisRepository),
    ...packages
  ])
  // CAP 9's driver would have to be compiled; CAP takes Node's own where it is missing
  const driver = path.join(folder, 'node_modules/better-sqlite3')
  if (isCap9) fs.rmSync(driver, { recursive: true, force: true })
  return {
    folder,
    node: (args, env = {}) =>
      execFileSync(process.execPath, args, {
        cwd: folder,
        env: { ...environment(), ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe']
      }),
    remove: () => {
      fs.rmSync(temporary, { recursive: true, force: true })
    }
  }
}

/** The environment of a process of the project: nothing that jest or npm put there for this run. */
export function environment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|jest_|cds_|vcap_|node_env$|node_options$|port$)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

/** Packs a package as it would be published. */
function pack(folder: string, destination: string): string {
  const args = ['pack', '--json', '--foreground-scripts=false', '--pack-destination', destination]
  const [{ filename }] = JSON.parse(npm(folder, args)) as [{ filename: string }]
  return path.join(destination, filename)
}

const PEERS = ['@sap/cds', 'express']

/** A package in the version that this repository is tested with. */
export function ofThisRepository(name: string): string {
  const manifest = fs.readFileSync(path.join(root, 'package.json'), 'utf8')
  const { devDependencies } = JSON.parse(manifest) as Manifest
  return `${name}@${devDependencies[name]!}`
}

function npm(cwd: string, args: string[]): string {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  return execFileSync('npm', [...args, ...quiet], {
    cwd,
    // npm's cache and settings are the user's
    env: { ...environment(), HOME: process.env.HOME_OF_USER },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit']
  })
}
