// Changes the sources one expression at a time and counts what the unit tests about them notice (Stryker).
// Arguments: files or folders of src/ in place of the whole core, --tests=<glob> for other tests, --concurrency=1 for a machine
// that has other things to do, and --timeout=5 (seconds) for one that has none. Reports and results are kept in temp/mutation;
// what did not change is not run again. The table at the end has all of them.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { Stryker } from '@stryker-mutator/core'
import { GROUPS } from './mutation/groups.mjs'
import { root } from './setup/root.mjs'

const OUTPUT = 'temp/mutation'
const RESULTS = `${OUTPUT}/results.json`

process.chdir(root)
const args = process.argv.slice(2)
const option = (name) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
const named = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.replace(/\/+$/, ''))
const unknown = named.filter((name) => !/^src\/[^/]/.test(name) || !fs.existsSync(name))

const sources = named.length > 0 ? named.flatMap(filesOf) : GROUPS.flatMap(filesOfGroup)
const groups = GROUPS.map((group) => ({
  tests: group.tests,
  files: filesOfGroup(group).filter((file) => sources.includes(file))
})).filter(({ files }) => files.length > 0)

if (unknown.length > 0) fail(`file or folder of src/: ${unknown.join(', ')}`)
else if (option('--tests')) await run(sources, option('--tests'))
else if (groups.length === 0) await run(sources, [...new Set(sources.map(testsOf))])
else if (groups.length === 1) await run(sources, groups[0].tests)
else for (const group of groups) runApart(group)

function filesOf(target) {
  return target.endsWith('.ts') ? [target] : fs.globSync(`${target}/**/*.ts`)
}

function filesOfGroup(group) {
  return fs.globSync(group.sources)
}

/** Runs a group in a process of its own: Stryker has one configuration in each. */
function runApart({ files, tests }) {
  const passed = args.filter((arg) => arg.startsWith('--'))
  const { status } = spawnSync(
    process.execPath,
    [process.argv[1], ...files, `--tests=${tests}`, ...passed],
    { stdio: 'inherit' }
  )
  if (status !== 0) process.exitCode = 1
}

async function run(files, patterns) {
  const tests = fs.globSync(patterns).filter((file) => !file.endsWith('.long.test.ts'))
  if (tests.length === 0) return fail(`test: ${patterns}`)
  await new Stryker(options(files, tests)).runMutationTest()
  console.log(table(JSON.parse(fs.readFileSync(RESULTS, 'utf8')).files))
}

function fail(missing) {
  console.error(`no ${missing}`)
  process.exitCode = 1
}

/** Of what is not in the core: all tests of the same room, as they reach each other's files. */
function testsOf(file) {
  const [room] = file.split('/').slice(1)
  if (room.endsWith('.ts')) return `test/unit/${room.replace(/\.ts$/, '')}.test.ts`
  return `test/unit/${room}/**/*.test.ts`
}

function options(files, tests) {
  return {
    mutate: files,
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
