// A test runner for Stryker that stays in one process: jest's own parts (jest-circus, expect, jest-mock, fake timers) run the
// unit tests, without jest's start for each changed expression. Only the files are run whose tests reach the change.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin'
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core'
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult
} from '@stryker-mutator/api/test-runner'

const { NAMESPACE } = INSTRUMENTER_CONSTANTS

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', create)]

create.inject = tokens(commonTokens.options, commonTokens.logger)
function create(options, log) {
  return new InProcessRunner(options, log)
}

class InProcessRunner {
  #options
  #log
  #context
  #tests
  #times

  constructor(options, log) {
    this.#options = options
    this.#log = log
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    process.env.NODE_ENV = 'test'
    process.env.JEST_WORKER_ID = '1'
    this.#context = globalThis[NAMESPACE] ??= {}
    const { default: isolate } = await import('../../test/support/isolation.mjs')
    isolate()
    const require = createRequire(path.join(process.cwd(), 'jest.config.js'))
    this.#tests = new Tests(require, this.#context)
  }

  async dispose() {
    const { default: end } = await import('../../test/support/isolation-end.mjs')
    await end()
  }

  async dryRun({ coverageAnalysis }) {
    const results = []
    this.#context.mutantCoverage = undefined
    this.#context.activeMutant = undefined
    for (const file of this.#options.inProcess.files) {
      const { error, tests } = await this.#tests.run(file, {
        coverage: coverageAnalysis === 'perTest'
      })
      if (error) return { status: DryRunStatus.Error, errorMessage: `${file}: ${error}` }
      results.push(...tests)
    }
    const times = Object.fromEntries(results.map(({ id, timeSpentMs }) => [id, timeSpentMs]))
    fs.mkdirSync(path.dirname(this.#options.inProcess.times), { recursive: true })
    fs.writeFileSync(this.#options.inProcess.times, JSON.stringify(times))
    const { mutantCoverage } = this.#context
    return {
      status: DryRunStatus.Complete,
      tests: this.#usable(results, mutantCoverage),
      mutantCoverage
    }
  }

  /** Leaves out the few tests that read the sources as text, which are no longer what they expect. */
  #usable(results, mutantCoverage) {
    const unusable = results.filter(({ status }) => status === TestStatus.Failed)
    if (unusable.length > MOST_UNUSABLE) return results
    for (const { id, failureMessage } of unusable) {
      this.#log.warn(`without "${id}", which fails in the changed copy: ${failureMessage}`)
      delete mutantCoverage?.perTest[id]
    }
    return results.filter((result) => !unusable.includes(result))
  }

  async mutantRun({ activeMutant, testFilter, sandboxFileName, hitLimit, disableBail }) {
    const context = this.#context
    context.hitLimit = hitLimit
    context.hitCount = hitLimit ? 0 : undefined
    context.activeMutant = activeMutant.id
    const results = []
    try {
      for (const { file, names } of this.#selected(testFilter, sandboxFileName)) {
        const { error, tests } = await this.#tests.run(file, { names, bail: !disableBail })
        const reached = determineHitLimitReached(context.hitCount, context.hitLimit)
        if (reached) return toMutantRunResult(reached)
        if (error) tests.push(failureOf(file, error))
        results.push(...tests)
        if (!disableBail && tests.some(({ status }) => status === TestStatus.Failed)) break
      }
    } finally {
      context.activeMutant = undefined
    }
    return toMutantRunResult({ status: DryRunStatus.Complete, tests: results }, disableBail)
  }

  /**
   * By file, the names of the tests that reach the change: first what has the name of the source file, then what is quick. What
   * takes long is left out as soon as the rest has had its time: a change that only such a test would notice counts as not
   * noticed.
   */
  #selected(testFilter, sourceFile) {
    this.#times ??= JSON.parse(fs.readFileSync(this.#options.inProcess.times, 'utf8'))
    const byFile = new Map()
    for (const id of testFilter ?? Object.keys(this.#times)) {
      const [file, name] = id.split(SEPARATOR)
      byFile.set(file, (byFile.get(file) ?? new Map()).set(name, this.#times[id]))
    }
    const files = [...byFile].map(([file, names]) => ({
      file,
      ...partOf(names),
      near: nearness(file, sourceFile)
    }))
    files.sort((a, b) => b.near - a.near || a.time - b.time)
    let total = 0
    return files.filter(({ time }, index) => index === 0 || (total += time) < LONGEST_RUN_MS)
  }
}

const MOST_UNUSABLE = 5
const LONGEST_TEST_MS = 3000
const LONGEST_RUN_MS = 10_000
const OF_A_TEST_MS = 2 // for hooks
const SEPARATOR = ' › '
/** Stands for what runs outside of tests, as a file is loaded and in its hooks: all of its tests can notice a change there. */
const WHOLE_FILE = '(whole file)'

function partOf(names) {
  const whole = names.get(WHOLE_FILE)
  if (whole !== undefined) return { time: whole, names: undefined }
  const quick = [...names].filter(([, time]) => time <= LONGEST_TEST_MS)
  return {
    time: quick.reduce((sum, [, time]) => sum + time + OF_A_TEST_MS, 0),
    names: new Set(quick.map(([name]) => name))
  }
}

/** How much of the path of the test file is that of the source file. */
function nearness(testFile, sourceFile) {
  const parts = sourceFile
    .slice(sourceFile.lastIndexOf('/src/') + '/src/'.length)
    .replace(/\.ts$/, '')
    .split('/')
  const own = testFile
    .replace(/^test\/unit\//, '')
    .replace(/\.test\.ts$/, '')
    .split('/')
  const common = own.findIndex((part, index) => part !== parts[index])
  return common < 0 ? own.length : common + (own[common].startsWith(`${parts[common]}-`) ? 0.5 : 0)
}

function failureOf(file, error) {
  return {
    id: file,
    name: file,
    timeSpentMs: 0,
    status: TestStatus.Failed,
    failureMessage: String(error)
  }
}

/** Runs one file at a time with jest's parts. */
class Tests {
  #circus
  #registry
  #context
  #parts
  #run = {}

  constructor(require, context) {
    this.#context = context
    const fromCircus = createRequire(require.resolve('jest-circus'))
    const fromJest = createRequire(require.resolve('jest-circus/runner'))
    this.#circus = require('jest-circus')
    this.#registry = require(`${process.cwd()}/scripts/mutation/registry.cjs`)
    const { ModuleMocker } = fromJest('jest-mock')
    const { ModernFakeTimers } = fromJest('@jest/fake-timers')
    const { jestExpect } = fromCircus('@jest/expect')
    this.#parts = {
      expect: jestExpect,
      mocker: new ModuleMocker(globalThis),
      timers: new ModernFakeTimers({
        global: globalThis,
        config: { rootDir: process.cwd(), fakeTimers: {} }
      })
    }
    const { describe, test, it, beforeAll, beforeEach, afterAll, afterEach } = this.#circus
    Object.assign(globalThis, { describe, test, it, beforeAll, beforeEach, afterAll, afterEach })
    Object.assign(globalThis, { expect: jestExpect, jest: this.#jest() })
    this.#circus.addEventHandler((event, state) => this.#on(event, state))
    process.on('unhandledRejection', () => {})
  }

  async run(file, run) {
    this.#run = { ...run, results: [], file }
    const env = { ...process.env }
    const folder = process.cwd()
    const { resetState, getState } = this.#circus
    resetState()
    const state = getState()
    state.testTimeout = 30_000
    const start = performance.now()
    this.#context.currentTestId = run.coverage ? file + SEPARATOR + WHOLE_FILE : undefined
    try {
      this.#registry.load(path.resolve(file), this.#parts.mocker)
      if (run.names) filter(state.rootDescribeBlock, run.names)
      const { unhandledErrors } = await this.#circus.run()
      if (run.coverage) this.#run.results.push(this.#wholeFile(performance.now() - start))
      return { tests: this.#run.results, error: unhandledErrors[0] }
    } catch (error) {
      return { tests: this.#run.results, error: error?.stack ?? error }
    } finally {
      this.#context.currentTestId = undefined
      this.#parts.timers.useRealTimers()
      this.#parts.mocker.restoreAllMocks()
      this.#registry.leave()
      if (process.cwd() !== folder) process.chdir(folder)
      restore(process.env, env)
    }
  }

  #on(event, state) {
    const { coverage, file } = this.#run
    if (event.name === 'test_start' && coverage) this.#context.currentTestId = this.#id(event.test)
    if (event.name !== 'test_done') return
    if (coverage) this.#context.currentTestId = file + SEPARATOR + WHOLE_FILE
    const { errors, duration } = event.test
    const [error] = errors.flat()
    const failed = errors.length > 0
    this.#run.results.push({
      id: this.#id(event.test),
      name: this.#id(event.test),
      fileName: path.resolve(this.#run.file),
      timeSpentMs: duration ?? 0,
      status: failed ? TestStatus.Failed : TestStatus.Success,
      ...(failed ? { failureMessage: String(error?.message ?? error) } : {})
    })
    if (failed && this.#run.bail) skipRest(state.rootDescribeBlock)
  }

  #wholeFile(duration) {
    const { file } = this.#run
    const id = file + SEPARATOR + WHOLE_FILE
    return {
      id,
      name: id,
      fileName: path.resolve(file),
      timeSpentMs: Math.round(duration),
      status: TestStatus.Success
    }
  }

  #id(test) {
    return this.#run.file + SEPARATOR + nameOf(test)
  }

  #jest() {
    const { mocker, timers } = this.#parts
    const modules = () => this.#registry.mocksFor(path.resolve(this.#run.file))
    const jest = {
      fn: mocker.fn.bind(mocker),
      spyOn: mocker.spyOn.bind(mocker),
      mocked: (value) => value,
      restoreAllMocks: () => (mocker.restoreAllMocks(), jest),
      clearAllMocks: () => (mocker.clearAllMocks(), jest),
      resetAllMocks: () => (mocker.resetAllMocks(), jest),
      isMockFunction: mocker.isMockFunction.bind(mocker),
      replaceProperty: mocker.replaceProperty.bind(mocker),
      setTimeout: () => jest,
      useFakeTimers: (options) => (timers.useFakeTimers(options), jest),
      useRealTimers: () => (timers.useRealTimers(), jest),
      setSystemTime: (now) => timers.setSystemTime(now),
      getRealSystemTime: () => timers.getRealSystemTime(),
      now: () => timers.now(),
      mock: (...args) => (modules().mock(...args), jest),
      doMock: (...args) => (modules().mock(...args), jest),
      requireActual: (request) => modules().requireActual(request),
      resetModules: () => (modules().resetModules(), jest),
      isolateModules: (run) => (modules().isolateModules(run), jest)
    }
    for (const name of TIMERS) jest[name] = (...args) => timers[name](...args)
    return jest
  }
}

const TIMERS = [
  'advanceTimersByTime',
  'advanceTimersByTimeAsync',
  'advanceTimersToNextTimer',
  'advanceTimersToNextTimerAsync',
  'runAllTimers',
  'runAllTimersAsync',
  'runOnlyPendingTimers',
  'runOnlyPendingTimersAsync',
  'runAllTicks',
  'clearAllTimers',
  'getTimerCount'
]

/** The name as jest prints it: those of the blocks, then the test's. */
function nameOf(test) {
  const names = []
  for (let block = test; block?.parent; block = block.parent) names.unshift(block.name)
  return names.join(' ')
}

/** Leaves out the tests that do not reach the change; hooks of blocks without a test do not run. */
function filter(block, names) {
  for (const child of block.children) {
    if (child.type === 'describeBlock') filter(child, names)
    else if (!names.has(nameOf(child))) child.mode = 'skip'
  }
}

function skipRest(block) {
  for (const child of block.children) {
    if (child.type === 'describeBlock') skipRest(child)
    else if (!child.startedAt) child.mode = 'skip'
  }
}

function restore(env, before) {
  for (const name of Object.keys(env)) if (!(name in before)) delete env[name]
  Object.assign(env, before)
}
