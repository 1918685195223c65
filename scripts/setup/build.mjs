import { createHash } from 'node:crypto'
import fs from 'node:fs'
import process from 'node:process'
import { inRoot } from './root.mjs'
import { run } from './run.mjs'

// `typescript` in this repository is the version with a compiler API; the compiler is this one.
const TSC = inRoot('node_modules/@typescript/native/bin/tsc')
const STAMP = inRoot('node_modules/.cache/cds-principal/build')

/** Whether dist/ was compiled from src/ as it is now. */
export function isBuilt() {
  return (
    fs.existsSync(inRoot('dist')) &&
    fs.existsSync(inRoot('emulator/dist')) &&
    fs.existsSync(STAMP) &&
    fs.readFileSync(STAMP, 'utf8') === fingerprint()
  )
}

/** The sources that dist/ was compiled from, as a hash. */
export const builtFrom = () => fs.readFileSync(STAMP, 'utf8')

/** Compiles the emulator, whose types the plugin needs, then the plugin. */
export function build() {
  console.log('compiling src to dist …')
  const stamp = fingerprint()
  compile('emulator')
  compile('.')
  linkCommands()
  fs.mkdirSync(inRoot('node_modules/.cache/cds-principal'), { recursive: true })
  fs.writeFileSync(STAMP, stamp)
}

/** Compiles the sources of a package. Its old dist/ stays until the new one is complete. */
function compile(folder) {
  const dist = inRoot(folder, 'dist')
  const fresh = inRoot(`.dist-${process.pid}`)
  try {
    const compiler = [TSC, '-p', `${folder}/tsconfig.build.json`, '--outDir', fresh]
    run(process.execPath, compiler)
    // documentation belongs to the types: a fifth of the size of the package
    run(process.execPath, [...compiler, '--removeComments', '--declaration', 'false'])
    fs.rmSync(dist, { recursive: true, force: true })
    fs.renameSync(fresh, dist)
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true })
  }
}

// npm links the commands of its packages while it installs: their files did not exist then.
function linkCommands() {
  for (const folder of ['.', 'emulator']) {
    const { name, bin } = JSON.parse(fs.readFileSync(inRoot(folder, 'package.json'), 'utf8'))
    const link = inRoot('node_modules/.bin', name)
    fs.chmodSync(inRoot(folder, bin[name]), 0o755)
    if (process.platform === 'win32') continue
    fs.rmSync(link, { force: true })
    fs.symlinkSync(`../${name}/${bin[name]}`, link)
  }
}

function fingerprint() {
  const hash = createHash('sha256')
  const files = [
    'tsconfig.json',
    'tsconfig.build.json',
    'emulator/tsconfig.build.json',
    'package-lock.json',
    ...sources()
  ]
  for (const file of files) {
    hash.update(file)
    hash.update(fs.readFileSync(inRoot(file)))
  }
  return hash.digest('hex')
}

function sources() {
  return ['src', 'emulator/src']
    .flatMap((folder) =>
      fs.readdirSync(inRoot(folder), { recursive: true }).map((file) => `${folder}/${file}`)
    )
    .filter((file) => /\.[cm]?ts$/.test(file))
    .sort()
}
