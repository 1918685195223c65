// `npm start`: makes the clone ready, then runs the sample with `cds watch` on Node 24.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { inRoot } from './setup/root.mjs'
import { environment, runtime } from './setup/runtime.mjs'
import { setup } from './setup.mjs'
import { portProblem } from './start/port.mjs'

const CDS = inRoot('node_modules/@sap/cds-dk/bin/cds.js')
// Reports and tests change while the sample runs, and do not concern it.
const EXCLUDED = [
  'bench',
  'coverage',
  'docs',
  'etc',
  'scripts',
  'temp',
  'test',
  '.dist-',
  '.reports'
]

async function main() {
  const problem = await portProblem(process.env.PORT ?? '4004')
  if (problem) throw new Error(problem)
  await setup()
  watch(process.argv.slice(2))
}

function watch(args) {
  const options = ['--livereload', 'false', '--exclude', EXCLUDED.join(), ...args]
  const child = spawn(runtime, [CDS, 'watch', ...options], {
    cwd: inRoot(),
    env: environment(),
    stdio: 'inherit'
  })
  endTogetherWith(child)
}

// Ctrl-C reaches every process of the terminal; a signal to this process alone is handed on. A signal to npm
// ends the shell between npm and this process, which notices that by its new parent.
function endTogetherWith(child) {
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

try {
  await main()
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}
