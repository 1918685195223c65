import { spawn } from 'node:child_process'
import process from 'node:process'
import { inRoot } from '../setup/root.mjs'
import { environment, runtime } from '../setup/runtime.mjs'

const CDS = inRoot('node_modules/@sap/cds-dk/bin/cds.js')
// Reports, tests and what is packed change while the sample runs, and do not concern it. Neither does dist/, as with each plugin under
// node_modules/: packing writes into it, and `npx cds-principal` sets the mode of a file. After a build, Enter restarts the server.
const EXCLUDED = [
  'bench',
  'coverage',
  'dist',
  'entry',
  'docs',
  'etc',
  'scripts',
  'temp',
  'test',
  'types',
  '.dist-',
  '.reports'
]

/** Runs `cds watch` on Node 24 until one of the two processes ends, and then both end. */
export function watch(args, { cwd = inRoot(), env = {} } = {}) {
  const options = ['--livereload', 'false', '--exclude', EXCLUDED.join(), ...args]
  const child = spawn(runtime, [CDS, 'watch', ...options], {
    cwd,
    env: environment(env),
    stdio: 'inherit'
  })
  endTogetherWith(child)
  return child
}

/**
 * Ctrl-C reaches every process of the terminal; a signal to this process alone is handed on. A signal to npm ends the
 * shell between npm and this process, which notices that by its new parent.
 */
export function endTogetherWith(child) {
  const end = () => child.kill('SIGTERM')
  const parent = process.ppid
  setInterval(() => process.ppid === parent || end(), 500).unref()
  process.on('SIGINT', () => setTimeout(end, 500).unref())
  process.on('SIGTERM', end)
  process.on('SIGHUP', end)
  child.on('exit', (code) => {
    process.exitCode = code ?? 0
  })
}
