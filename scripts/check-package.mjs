// Packs the package and lets publint and attw look at the tarball, as a consumer would get it.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { inRoot } from './setup/root.mjs'
import { run } from './setup/run.mjs'
import { environment, runtime } from './setup/runtime.mjs'

// Files whose presence would change a consumer's project: CAP merges a plugin's .cdsrc.* into it.
const FORBIDDEN = /(^|\/)\.|\.(tgz|map)$|(^|\/)(test|srv|db|bench|scripts)\//
// What an installation of the plugin costs at most.
const LIMITS = { files: 350, kilobytes: 1200, packages: 9 }
// CAP takes what these modules export by default; nobody imports it by name.
const ACCEPTED = {
  'exports../remote-service.default': 'CJS_WITH_ESMODULE_DEFAULT_EXPORT',
  'exports../mcp-service.default': 'CJS_WITH_ESMODULE_DEFAULT_EXPORT',
  'exports../a2a-service.default': 'CJS_WITH_ESMODULE_DEFAULT_EXPORT',
  'exports../mock-auth.default': 'CJS_WITH_ESMODULE_DEFAULT_EXPORT'
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-pack-'))
try {
  const { filename, files, unpackedSize } = pack(folder)
  const forbidden = files.map((file) => file.path).filter((file) => FORBIDDEN.test(file))
  if (forbidden.length > 0) throw new Error(`must not be published: ${forbidden.join(', ')}`)
  const kilobytes = Math.round(unpackedSize / 1000)
  console.log(`${filename}: ${files.length} files, ${kilobytes} kB unpacked`)
  const tarball = path.join(folder, filename)
  const added = addedPackages(tarball)
  console.log(`added to CAP, @sap/xssec and the Cloud SDK: ${added.length} (${added.join(', ')})`)
  assertWithin({ files: files.length, kilobytes, packages: added.length })
  await lint(tarball)
  types(tarball)
  await checkEmulator()
} catch (error) {
  console.error(`\n${error.message}`)
  process.exitCode = 1
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}

function pack(destination, packageFolder = '.') {
  const args = ['pack', '--json', '--loglevel=error', '--foreground-scripts=false']
  const options = { cwd: inRoot(packageFolder), env: environment(), encoding: 'utf8' }
  return JSON.parse(execFileSync('npm', [...args, '--pack-destination', destination], options))[0]
}

function assertWithin(measured) {
  const exceeded = Object.keys(LIMITS).filter((name) => measured[name] > LIMITS[name])
  if (exceeded.length === 0) return
  const texts = exceeded.map((name) => `${measured[name]} ${name} (at most ${LIMITS[name]})`)
  throw new Error(`the package is larger than it may be: ${texts.join(', ')}`)
}

/** Packages that a production installation gets on top of CAP with the libraries that such an application has anyway. */
function addedPackages(tarball) {
  const { dependencies } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'))
  const ofSap = Object.keys(dependencies).filter((name) => name.startsWith('@sap'))
  const packages = ['@sap/cds', 'express', ...ofSap].map((name) => `${name}@${versionOf(name)}`)
  const before = installed(packages)
  return installed([...packages, tarball]).filter((name) => !before.includes(name))
}

function versionOf(name) {
  return JSON.parse(fs.readFileSync(inRoot('node_modules', name, 'package.json'), 'utf8')).version
}

/** Where packages would be installed, by their lock file. */
function installed(packages) {
  const project = fs.mkdtempSync(path.join(folder, 'project-'))
  fs.writeFileSync(path.join(project, 'package.json'), '{ "private": true }')
  const args = ['install', '--package-lock-only', '--omit=dev', '--prefer-offline']
  const options = { cwd: project, env: environment(), stdio: ['ignore', 'ignore', 'inherit'] }
  execFileSync('npm', [...args, '--loglevel=error', ...packages], options)
  const lock = JSON.parse(fs.readFileSync(path.join(project, 'package-lock.json'), 'utf8'))
  return Object.entries(lock.packages)
    .filter(([name, { optional, peer }]) => name !== '' && !optional && !peer)
    .map(([name]) => name.replace(/^.*node_modules\//, ''))
}

async function checkEmulator() {
  const { filename, files, unpackedSize } = pack(folder, 'emulator')
  console.log(`${filename}: ${files.length} files, ${Math.round(unpackedSize / 1000)} kB unpacked`)
  await lint(path.join(folder, filename))
  types(path.join(folder, filename))
}

async function lint(tarball) {
  const options = { pack: { tarball: new Uint8Array(fs.readFileSync(tarball)).buffer } }
  const { messages, pkg } = await publint({ ...options, strict: true })
  const problems = messages.filter(({ code, path }) => ACCEPTED[path.join('.')] !== code)
  for (const problem of problems) console.error(formatMessage(problem, pkg, { color: false }))
  if (problems.length > 0) throw new Error(`publint found ${problems.length} problem(s)`)
  console.log('publint: ok')
}

// CommonJS only, which Node's `import` reads as well. Resolution as before Node 16 is left out.
function types(tarball) {
  const script = inRoot('node_modules/@arethetypeswrong/cli/dist/index.js')
  const accepted = ['--profile', 'node16', '--ignore-rules', 'cjs-only-exports-default']
  accepted.push('--exclude-entrypoints', 'model/delegations.cds') // CAP reads it, and no compiler of TypeScript
  const format = ['--format', 'table-flipped', '--no-emoji', '--no-color', '--no-summary']
  run(runtime, [script, tarball, ...accepted, ...format], { env: environment() })
}
