import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

import { controlSocket } from '../../../emulator/src/process/control.js'
import { processEnvironment } from '../../support/environment.js'
import { allCommands } from './commands.js'

const CLOSED_PIPE = 141

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'closed-pipe-')))
const [empty, running] = ['empty', 'running'].map((name) => join(folder, name)) as [string, string]

/** A landscape that has something to say, at once and each time. */
const landscape = createServer((_, res) => {
  res.end(JSON.stringify({ token: 'a.b.c', traces: [{ version: 1 }, { version: 2 }] }))
})

beforeAll(async () => {
  for (const each of [empty, running]) mkdirSync(each)
  writeFileSync(join(folder, 'landscape.json'), '{ "users": { "alice": {} } }')
  await new Promise<void>((done) => landscape.listen(controlSocket(running), done))
})
afterAll(() => {
  landscape.close()
  rmSync(folder, { recursive: true })
})

/** Runs a command whose output goes to a pipe. Returns its exit code, and what it writes beside the pipe. */
async function piped(words: string[], into: string, cwd: string) {
  const [program, ...args] = words
  const file = resolve(program === 'cds-principal' ? '' : 'emulator', 'dist/cli/main.js')
  const line = `"$0" "$@" ${into}; exit \${PIPESTATUS[0]}`
  const env = processEnvironment()
  const child = spawn('bash', ['-c', line, process.execPath, file, ...args], { cwd, env })
  child.stdout.resume()
  const [stderr, code] = await Promise.all([
    text(child.stderr),
    new Promise((done) => child.once('close', done))
  ])
  return { stderr, code }
}

const programs = ['cds-principal', 'cds-principal-emulator']
/** Lines with all that a command demands. */
const lines = allCommands()
  .filter(({ isLeaf }) => isLeaf)
  .map(({ words, count }) => {
    const options = words.includes('mock') ? ['--edmx', 'x'] : []
    return [...words, ...Array.from({ length: count }, () => '/x'), ...options].join(' ')
  })

// messages as well: without a project, most commands print nothing else
test.each(lines)('%s: ends when all its output is closed', async (line) => {
  const { code } = await piped(line.split(' '), '2>&1 | true', empty)
  expect(code).toBe(CLOSED_PIPE)
})

test.each([
  ['cds-principal explain ERR_CONFIGURATION', '| true'],
  ['cds-principal doctor', '| true'],
  ['cds-principal delegations init --stdout', '| true'],
  ...programs.flatMap((program) => [
    [`${program} token alice`, '| true'],
    [`${program} trace --json`, '| true'],
    [`${program} trace --json --follow`, '| head -1']
  ])
])('%s %s: says nothing', async (line, into) => {
  expect(await piped(line.split(' '), into, running)).toEqual({ stderr: '', code: CLOSED_PIPE })
})

test('a landscape ends as after a signal, and leaves no file', async () => {
  expect(await piped(['cds-principal-emulator'], '| true', folder)).toEqual({ stderr: '', code: 0 })
  expect(readdirSync(folder).sort()).toEqual(['empty', 'landscape.json', 'running'])
})
