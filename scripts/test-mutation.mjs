// Changes the sources one expression at a time and counts what the unit tests of the same room notice (Stryker).
// Arguments: files or folders of src/ in place of all rooms, --static to change what runs once, at loading, as well, and
// --concurrency=1 for a machine that has other things to do.
// Files that have tests of their own name are judged by these alone, which is faster than a room whose tests start servers.
// Reports and results are kept in temp/mutation; what did not change is not run again.
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
const CONCURRENCY = '--concurrency='

process.chdir(root)
const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.replace(/\/+$/, ''))
const unknown = named.filter((name) => !/^src\/[^/]/.test(name) || !fs.existsSync(name))

if (unknown.length > 0) {
  console.error(`no file or folder of src/: ${unknown.join(', ')}`)
  process.exitCode = 1
} else {
  const results = await new Stryker(optionsFor(named.length > 0 ? named : CORE)).runMutationTest()
  console.log(table(results))
}

/** The mirror of a room has its tests: those of src/user are in test/unit/user. */
function testsOf(target) {
  const room = target.split('/')[1]
  const own = target.replace(/^src/, 'test/unit').replace(/\.ts$/, '.test.ts')
  return `<rootDir>/${named.length > 0 && fs.existsSync(own) ? own : `test/unit/${room}/**/*.test.ts`}`
}

function optionsFor(targets) {
  return {
    mutate: targets.map((target) => (target.endsWith('.ts') ? target : `${target}/**/*.ts`)),
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: {
      configFile: 'jest.config.js',
      config: { testMatch: [...new Set(targets.map(testsOf))] }
    },
    coverageAnalysis: 'perTest',
    ignoreStatic: !args.includes('--static'),
    concurrency: Number(
      args.find((arg) => arg.startsWith(CONCURRENCY))?.slice(CONCURRENCY.length) ?? 2
    ),
    timeoutMS: 20_000,
    timeoutFactor: 3,
    incremental: true,
    incrementalFile: `${OUTPUT}/results.json`,
    reporters: ['progress-append-only', 'clear-text', 'html'],
    allowConsoleColors: process.stdout.isTTY === true,
    clearTextReporter: { reportTests: false, logTests: false },
    htmlReporter: { fileName: `${OUTPUT}/report.html` },
    tempDirName: `${OUTPUT}/copies`,
    ignorePatterns: ['/temp', '/.reports', '/coverage', '/test/ecosystem', '/docs/images'],
    allowEmpty: true
  }
}

/** Per folder: mutants that were noticed (a test failed, or it did not end) of all that were tried. */
function table(results) {
  const folders = new Map()
  for (const { fileName, status } of results) {
    const folder = path.relative(root, path.dirname(fileName))
    const { noticed = 0, tried = 0 } = folders.get(folder) ?? {}
    const isNoticed = status === 'Killed' || status === 'Timeout'
    const isTried = isNoticed || status === 'Survived' || status === 'NoCoverage'
    folders.set(folder, { noticed: noticed + Number(isNoticed), tried: tried + Number(isTried) })
  }
  return [...folders]
    .map(([folder, { noticed, tried }]) => {
      const share = tried > 0 ? `${Math.floor((100 * noticed) / tried)} %` : 'none tried'
      return `${folder}: ${noticed} of ${tried} noticed (${share})`
    })
    .join('\n')
}
