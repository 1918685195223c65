// Loads a test file with modules of its own, as jest does, but in this process and without reading or compiling a file twice:
// the sources, the tests, and CAP are evaluated anew for each run, so that no run finds what another one left in memory.
const Module = require('node:module')
const fs = require('node:fs')
const path = require('node:path')
const process = require('node:process')
const vm = require('node:vm')
const { transformSync } = require('@swc/core')

const root = process.cwd()
/** What keeps something in memory: this repository's own files, CAP, and its database services. */
const ANEW =
  /^(?!.*\/node_modules\/)|\/node_modules\/(@sap\/cds|@cap-js\/[^/]+)\/(?!.*\/node_modules\/)/
const OF_CAP = /\/node_modules\/(@sap\/cds|@cap-js\/[^/]+)\/(?!.*\/node_modules\/)/
const [, SWC] = require(`${root}/jest.config.js`).transform['^.+\\.[cm]?ts$']
const scripts = new Map()
const none = { mocks: new Map(), actual: undefined }
let current = none

/** Evaluates a test file; what it imports is loaded anew, apart from third-party packages. */
function load(file, mocker) {
  leave()
  current = { mocks: new Map(), mocker }
  require(file)
}

/** Forgets what the last file has loaded. */
function leave() {
  forget()
  current = none
}

function forget() {
  const forgotten = {}
  for (const id of Object.keys(Module._cache)) {
    if (!isLoadedAnew(id)) continue
    forgotten[id] = Module._cache[id]
    delete Module._cache[id]
  }
  delete globalThis.cds
  return forgotten
}

function isLoadedAnew(file) {
  return ANEW.test(file) && !file.includes('/scripts/mutation/')
}

/** Has what jest.mock, jest.requireActual and the like do for the file that is being run. */
function mocksFor(parentFile) {
  return {
    resetModules: () => void forget(),
    isolateModules(run) {
      const before = forget()
      try {
        run()
      } finally {
        forget()
        Object.assign(Module._cache, before)
      }
    },
    mock(request, factory) {
      const file = resolveFrom(request, parentFile)
      current.mocks.set(file, { factory, request })
    },
    requireActual(request) {
      const file = resolveFrom(request, parentFile)
      const kept = current.mocks.get(file)
      current.mocks.delete(file)
      try {
        return require(file)
      } finally {
        if (kept) current.mocks.set(file, kept)
      }
    }
  }
}

function resolveFrom(request, parentFile) {
  return Module._resolveFilename(request, {
    filename: parentFile,
    id: parentFile,
    paths: Module._nodeModulePaths(path.dirname(parentFile))
  })
}

const resolveFilename = Module._resolveFilename
Module._resolveFilename = function (request, parent, ...rest) {
  // Sources import each other as the compiled files will: './errors.js' is errors.ts here.
  if (/^\.{1,2}\/.*\.js$/.test(request) && parent?.filename?.endsWith('.ts')) {
    const typed = path.resolve(path.dirname(parent.filename), request.replace(/\.js$/, '.ts'))
    if (fs.existsSync(typed)) return typed
  }
  return resolveFilename.call(this, request, parent, ...rest)
}

const loadModule = Module._load
Module._load = function (request, parent, isMain) {
  if (current.mocks.size > 0 && !Module.isBuiltin(request)) {
    const file = Module._resolveFilename(request, parent, isMain)
    const mock = current.mocks.get(file)
    if (mock) return (mock.exports ??= mock.factory?.() ?? mockedAutomatically(file))
  }
  return loadModule.call(this, request, parent, isMain)
}

function mockedAutomatically(file) {
  const { mocker } = current
  const kept = current.mocks.get(file)
  current.mocks.delete(file)
  const actual = require(file)
  current.mocks.set(file, kept)
  return mocker.generateFromMetadata(mocker.getMetadata(actual))
}

/** Evaluates what was compiled before. */
function evaluate(module, file, compile) {
  let script = scripts.get(file)
  if (!script)
    scripts.set(
      file,
      (script = new vm.Script(Module.wrap(compile()), {
        filename: file,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
      }))
    )
  const own = (request) => module.require(request)
  own.resolve = (request, options) => Module._resolveFilename(request, module, false, options)
  own.cache = Module._cache
  own.main = require.main
  own.extensions = Module._extensions
  script
    .runInThisContext()
    .call(module.exports, module.exports, own, module, file, path.dirname(file))
}

Module._extensions['.ts'] = (module, file) => {
  evaluate(module, file, () => {
    const { code } = transformSync(fs.readFileSync(file, 'utf8'), {
      ...SWC,
      filename: file,
      sourceMaps: false,
      jsc: { ...SWC.jsc, transform: { hidden: { jest: true } } }
    })
    return code
  })
}

const loadJs = Module._extensions['.js']
Module._extensions['.js'] = (module, file) => {
  if (!OF_CAP.test(file)) loadJs(module, file)
  else evaluate(module, file, () => fs.readFileSync(file, 'utf8'))
}

module.exports = { load, leave, mocksFor }
