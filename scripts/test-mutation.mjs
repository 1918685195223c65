// Changes the sources one expression at a time and counts what the unit tests of the same room notice (Stryker).
// Arguments: files or folders of src/ in place of the whole core, --tests=<glob> for other tests, --concurrency=1 for a machine
// that has other things to do, and --timeout=5 (seconds) for one that has none. Reports and results are kept in temp/mutation; what did not change is not run again. The
// table at the end has all of them.
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { Stryker } from '@stryker-mutator/core'
import { root } from './setup/root.mjs'

/** Who the user is, what is sent on behalf of whom, and what a user may read and write. */
const CORE = [
  'src/token',
  'src/user',
  'src/remote',
  'src/destination/tokens/same-user.ts',
  'src/restrictions'
]
const OUTPUT = 'temp/mutation'
const RESULTS = `${OUTPUT}/results.json`

process.chdir(root)
const args = process.argv.slice(2)
const option = (name) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
const named = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.replace(/\/+$/, ''))
const unknown = named.filter((name) => !/^src\/[^/]/.test(name) || !fs.existsSync(name))

const targets = named.length > 0 ? named : CORE
const patterns = option('--tests') ? [option('--tests')] : [...new Set(targets.map(testsOf))]
const tests = fs.globSync(patterns).filter((file) => !file.endsWith('.long.test.ts'))

if (unknown.length > 0 || tests.length === 0) {
  const missing =
    unknown.length > 0
      ? `file or folder of src/: ${unknown.join(', ')}`
      : `test: ${patterns.join(', ')}`
  console.error(`no ${missing}`)
  process.exitCode = 1
} else {
  await new Stryker(options()).runMutationTest()
  console.log(table(JSON.parse(fs.readFileSync(RESULTS, 'utf8')).files))
}

/** All tests of the same room: they reach each other's files. Of the large room of destinations, those of the folder only. */
function testsOf(target) {
  const [room, ...parts] = target.split('/').slice(1)
  if (parts.at(-1)?.endsWith('.ts')) parts.pop()
  if (room.endsWith('.ts')) return `test/unit/${room.replace(/\.ts$/, '')}.test.ts`
  return `test/unit/${[room, ...(room === 'destination' ? parts : [])].join('/')}/**/*.test.ts`
}

function options() {
  return {
    mutate: targets.map((target) => (target.endsWith('.ts') ? target : `${target}/**/*.ts`)),
    testRunner: 'in-process',
    plugins: [path.join(root, 'scripts/mutation/runner.mjs')],
    inProcess: { files: tests.sort(), times: path.resolve(OUTPUT, 'times.json') },
    coverageAnalysis: 'perTest',
    concurrency: Number(option('--concurrency') ?? 2),
    maxTestRunnerReuse: 250, // what runs leave in memory goes with the process
    timeoutMS: Number(option('--timeout') ?? 15) * 1000,
    timeoutFactor: 3,
    dryRunTimeoutMinutes: 10,
    incremental: true,
    incrementalFile: RESULTS,
    reporters: ['progress-append-only', 'clear-text', 'html'],
    allowConsoleColors: process.stdout.isTTY === true,
    clearTextReporter: { reportTests: false, logTests: false },
    htmlReporter: { fileName: `${OUTPUT}/report.html` },
    tempDirName: `${OUTPUT}/copies`,
    ignorePatterns: ['/temp', '/.reports', '/coverage', '/test/ecosystem', '/docs/images'],
    warnings: { unknownOptions: false },
    allowEmpty: true
  }
}

/** Per folder: mutants that were noticed (a test failed, or it did not end) of all that were tried. */
function table(files) {
  const folders = new Map()
  for (const [file, { mutants }] of Object.entries(files)) {
    const { noticed = 0, tried = 0 } = folders.get(path.dirname(file)) ?? {}
    const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length
    const found = count('Killed', 'Timeout')
    const all = found + count('Survived', 'NoCoverage')
    folders.set(path.dirname(file), { noticed: noticed + found, tried: tried + all })
  }
  const lines = [...folders].map(([folder, counts]) => line(folder, counts))
  const sum = (name) => [...folders.values()].reduce((total, counts) => total + counts[name], 0)
  return [...lines.sort(), line('all', { noticed: sum('noticed'), tried: sum('tried') })].join('\n')
}

function line(name, { noticed, tried }) {
  const share = tried > 0 ? `${Math.floor((100 * noticed) / tried)} %` : 'none tried'
  return `${name}: ${noticed} of ${tried} noticed (${share})`
}
