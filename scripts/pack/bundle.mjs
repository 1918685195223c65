// Writes dist/rooms/ and dist/<entry point>/index.js: the code of the packed package, with one file for each room of src/.
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { format } from 'prettier'
import { rollup } from 'rollup'
import { inRoot } from '../setup/root.mjs'
import { run } from '../setup/run.mjs'

const TSC = inRoot('node_modules/@typescript/native/bin/tsc')
/** Entry points that a server in production loads. What none of them imports is in a file of its own, and is not loaded there. */
const IN_PRODUCTION = ['index', 'plugin', 'inbound/auth', 'remote/service']
/** Files beside the rooms belong to the room that everything imports, as far as they are no entry points. */
const SHARED = 'lib'
const STYLE = {
  parser: 'babel',
  semi: false,
  singleQuote: true,
  trailingComma: 'none',
  printWidth: 140,
  useTabs: true
}

/** @param {readonly string[]} entries - modules of the entry points, from src/, without extension */
export async function bundle(entries) {
  const modules = inRoot(`.dist-${process.pid}-modules`)
  try {
    compile(modules)
    const rooms = new Rooms(modules)
    const bundled = await rollup({
      input: Object.fromEntries(entries.map((entry) => [entry, path.join(modules, `${entry}.js`)])),
      external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
      plugins: [withSourceNames(modules), onDemand],
      treeshake: false,
      onwarn: ({ message }) => {
        throw new Error(`dist/ cannot be bundled: ${message}`)
      }
    })
    const { output } = await bundled.generate({
      format: 'cjs',
      exports: 'named',
      interop: 'default', // packages with a default import are CommonJS
      esModule: true,
      generatedCode: { preset: 'es2015', symbols: false },
      hoistTransitiveImports: false,
      minifyInternalExports: false,
      entryFileNames: ({ name }) =>
        entries.includes(name) ? `${name}/index.js` : 'rooms/[name].js',
      chunkFileNames: 'rooms/[name].js',
      manualChunks: (id, { getModuleInfo }) => rooms.of(id, getModuleInfo)
    })
    await write(output)
  } finally {
    fs.rmSync(modules, { recursive: true, force: true })
  }
}

/** As dist/ is compiled, but to ES modules, which rollup reads. */
function compile(folder) {
  const esm = ['--module', 'esnext', '--moduleResolution', 'bundler']
  const code = ['--removeComments', '--declaration', 'false', '--sourceMap', 'false']
  const options = [...esm, ...code, '--inlineSources', 'false', '--outDir', folder]
  run(process.execPath, [TSC, '-p', 'tsconfig.build.json', ...options])
}

async function write(output) {
  fs.rmSync(inRoot('dist/rooms'), { recursive: true, force: true })
  for (const { fileName, code } of output) {
    const file = inRoot('dist', fileName)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, await format(code, STYLE))
  }
}

/** Assigns modules to files: one for each room, and a second one for what production does not load of it. */
class Rooms {
  #folder
  #inProduction

  constructor(folder) {
    this.#folder = folder
  }

  /** Returns undefined for modules that no other one imports, which are files of their own: some do something when they are loaded. */
  of(id, getModuleInfo) {
    const [room, ...rest] = path.relative(this.#folder, id).split(path.sep)
    const { isEntry, importers } = getModuleInfo(id)
    if (isEntry && !importers.length) return undefined
    if (!rest.length) return SHARED
    this.#inProduction ??= this.#reached(getModuleInfo)
    return this.#inProduction.has(id) || !this.#isInProduction(room) ? room : `${room}-on-demand`
  }

  #isInProduction(room) {
    const folder = path.join(this.#folder, room) + path.sep
    return [...this.#inProduction].some((id) => id.startsWith(folder))
  }

  #reached(getModuleInfo) {
    const reached = new Set(IN_PRODUCTION.map((entry) => path.join(this.#folder, `${entry}.js`)))
    // a set goes on with what is added to it
    for (const id of reached)
      for (const next of getModuleInfo(id)?.importedIds ?? []) reached.add(next)
    return reached
  }
}

/** Says of which source the lines are that follow. */
const withSourceNames = (folder) => ({
  name: 'with-source-names',
  transform: (code, id) => {
    const source = path.relative(folder, id).replace(/\.js$/, '.ts')
    return {
      code: code.replace(/^(?:import [^;]*;\n)*(?!export \{)/, `$&// ${source}\n`),
      map: null
    }
  }
})

/** Keeps modules on demand that are loaded by `require('./…')`. */
const onDemand = {
  name: 'on-demand',
  transform(code, id) {
    const replaced = code.replace(/\brequire\('(\.[^']+)'\)/g, (_, specifier) => {
      const chunk = { type: 'chunk', id: path.resolve(path.dirname(id), specifier) }
      return `require(import.meta.ROLLUP_FILE_URL_${this.emitFile(chunk)})`
    })
    return { code: replaced, map: null }
  },
  resolveFileUrl: ({ relativePath }) =>
    JSON.stringify(relativePath.startsWith('.') ? relativePath : `./${relativePath}`)
}
