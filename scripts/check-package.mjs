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
const FORBIDDEN = /(^|\/)\.|\.(tgz|ts\.map)$|(^|\/)(test|srv|db|bench|scripts)\//
// CAP takes what these modules export by default; nobody imports it by name.
const ACCEPTED = {
  'exports../remote-service.default': 'CJS_WITH_ESMODULE_DEFAULT_EXPORT',
  'exports../mock-auth.default': 'CJS_WITH_ESMODULE_DEFAULT_EXPORT'
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-pack-'))
try {
  const { filename, files, unpackedSize } = pack(folder)
  const forbidden = files.map((file) => file.path).filter((file) => FORBIDDEN.test(file))
  if (forbidden.length > 0) throw new Error(`must not be published: ${forbidden.join(', ')}`)
  console.log(`${filename}: ${files.length} files, ${Math.round(unpackedSize / 1024)} kB unpacked`)
  const tarball = path.join(folder, filename)
  await lint(tarball)
  types(tarball)
} catch (error) {
  console.error(`\n${error.message}`)
  process.exitCode = 1
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}

function pack(destination) {
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination']
  const options = { cwd: inRoot(), env: environment(), encoding: 'utf8' }
  return JSON.parse(execFileSync('npm', [...args, destination], options))[0]
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
  const format = ['--format', 'table-flipped', '--no-emoji', '--no-color', '--no-summary']
  run(runtime, [script, tarball, ...accepted, ...format], { env: environment() })
}
