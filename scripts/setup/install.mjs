import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import process from 'node:process'
import { inRoot } from './root.mjs'
import { run } from './run.mjs'
import { runtime } from './runtime.mjs'

/** Whether node_modules holds what package-lock.json says, and the runtime that goes with it. */
export function isInstalled() {
  const wanted = packagesOf('package-lock.json')
  const found = packagesOf('node_modules/.package-lock.json')
  if (!found || !fs.existsSync(runtime)) return false
  const same = (name) => found[name] && found[name].version === wanted[name]?.version
  return (
    Object.keys(found).every(same) &&
    Object.keys(wanted).every((name) => name === '' || wanted[name].optional || same(name))
  )
}

/** Installs exactly what package-lock.json says. */
export function install() {
  console.log('installing dependencies (npm ci) …')
  const [command, ...prefix] = npm()
  run(command, [...prefix, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  if (!hasRuntime()) installRuntime()
}

// npm hands its own path to the scripts it runs; without npm around this one, the shell finds it.
function npm() {
  const cli = process.env.npm_execpath
  return cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
}

function hasRuntime() {
  return fs.existsSync(runtime) && spawnSync(runtime, ['-e', '0']).status === 0
}

// The package `node` fetches its binary in an install script, which npm may be configured not to run.
function installRuntime() {
  run(process.execPath, ['installArchSpecificPackage.js'], { cwd: inRoot('node_modules/node') })
  if (!hasRuntime()) throw new Error('the package "node" did not install: run npm rebuild node')
}

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(inRoot(file), 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
