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
    fs.existsSync(STAMP) &&
    fs.readFileSync(STAMP, 'utf8') === fingerprint()
  )
}

/** Compiles src/ to dist/. The old dist/ stays until the new one is complete. */
export function build() {
  console.log('compiling src to dist …')
  const stamp = fingerprint()
  const fresh = inRoot(`.dist-${process.pid}`)
  try {
    run(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', fresh])
    fs.rmSync(inRoot('dist'), { recursive: true, force: true })
    fs.renameSync(fresh, inRoot('dist'))
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true })
  }
  linkCommand()
  fs.mkdirSync(inRoot('node_modules/.cache/cds-principal'), { recursive: true })
  fs.writeFileSync(STAMP, stamp)
}

// npm links the commands of its packages while it installs: this one's file did not exist then.
function linkCommand() {
  const link = inRoot('node_modules/.bin/cds-principal')
  fs.chmodSync(inRoot('dist/cli/main.js'), 0o755)
  if (process.platform === 'win32') return
  fs.rmSync(link, { force: true })
  fs.symlinkSync('../cds-principal/dist/cli/main.js', link)
}

function fingerprint() {
  const hash = createHash('sha256')
  const files = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...sources()]
  for (const file of files) {
    hash.update(file)
    hash.update(fs.readFileSync(inRoot(file)))
  }
  return hash.digest('hex')
}

function sources() {
  return fs
    .readdirSync(inRoot('src'), { recursive: true })
    .map((file) => `src/${file}`)
    .filter((file) => /\.[cm]?ts$/.test(file))
    .sort()
}
