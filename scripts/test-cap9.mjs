// Runs this repository's tests on CAP 9: in a copy, with CAP's packages of that version from the registry.
// Arguments go to jest. Ends after 45 minutes; the copy is removed, or kept with KEEP=1. TEST_NODE=current runs them on the
// Node that runs this script, in place of the one that the repository brings.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { inRoot } from './setup/root.mjs'
import { run } from './setup/run.mjs'
import { environment, runtime } from './setup/runtime.mjs'

/** Everything that has another version next to CAP 9. */
const CAP_9 = {
  '@sap/cds': '~9.9.3',
  '@sap/cds-dk': '~9.9',
  '@cap-js/sqlite': '^2.4.2',
  '@cap-js/db-service': '^2.11.2'
}
const LIMIT = 45 * 60_000

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-cap9-'))
const ownRuntime = path.join(folder, path.relative(inRoot(), runtime))
const NODE = process.env.TEST_NODE === 'current' ? process.execPath : ownRuntime
console.log(`tests on CAP 9, in ${folder}`)
const started = Date.now()
try {
  copyFiles()
  copyModules()
  install()
  node('scripts/build.mjs')
  node('node_modules/jest/bin/jest.js', ...process.argv.slice(2))
} catch (error) {
  console.error(`\n${error.message}`)
  process.exitCode = 1
} finally {
  console.log(`CAP 9: ${Math.round((Date.now() - started) / 1000)} s`)
  if (!process.env.KEEP) fs.rmSync(folder, { recursive: true, force: true })
}

/** In the copy, with the copy's commands. */
function node(...args) {
  const bin = path.join(folder, 'node_modules/.bin')
  const env = environment()
  env.PATH = [path.dirname(NODE), bin, env.PATH].join(path.delimiter)
  run(NODE, args, { cwd: folder, timeout: left(), env })
}

function left() {
  return Math.max(1, LIMIT - (Date.now() - started))
}

/** Those that git has or would have. */
function copyFiles() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const names = execFileSync('git', args, { cwd: inRoot(), encoding: 'utf8' })
  for (const name of names.split('\0').filter(Boolean)) {
    if (fs.existsSync(inRoot(name))) fs.cpSync(inRoot(name), path.join(folder, name))
  }
}

/** Links instead of copies where the file system can; npm replaces files and never changes them. */
function copyModules() {
  const [from, to] = [inRoot('node_modules'), path.join(folder, 'node_modules')]
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' })
  } catch {
    fs.rmSync(to, { recursive: true, force: true })
    fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  }
  fs.rmSync(path.join(to, '.package-lock.json'), { force: true }) // npm writes into this one
}

function install() {
  const file = path.join(folder, 'package.json')
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'))
  Object.assign(manifest.devDependencies, CAP_9)
  fs.writeFileSync(file, JSON.stringify(manifest, null, 2))
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: folder, env: environment(), stdio: 'inherit', timeout: left() }
  execFileSync('npm', ['install', '--prefer-offline', '--force', ...quiet], options)
  // has to be compiled; CAP takes Node's own where it is missing
  fs.rmSync(path.join(folder, 'node_modules/better-sqlite3'), { recursive: true, force: true })
}
