import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { processEnvironment } from '../../support/environment.js'
import { SAMPLE } from '../../support/sample.js'
import { DelegationSample, LANDSCAPE } from './delegation-sample.js'

const CLI = join(SAMPLE, 'dist/cli/main.js')

let emulator: Emulator
let sample: DelegationSample
let project: string

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'delegations-'))
  const db = { kind: 'sqlite', credentials: { url: join(project, 'db.sqlite') } }
  const API_EQUIPMENT = { kind: 'odata-v2', onBehalfOf: 'namedUser', delegation: true }
  const cds = { requires: { db, API_EQUIPMENT } }
  const dependencies = { '@cap-js/sqlite': '*', 'cds-principal': '*' }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'sample', dependencies, cds })
  )
  symlinkSync(join(SAMPLE, 'node_modules'), join(project, 'node_modules'))
  emulator = await startLandscape(LANDSCAPE)
  sample = await DelegationSample.startWith(emulator, { requires: { db }, env: { DEPLOY: 'true' } })
})
afterAll(async () => {
  await sample.running.sample.stop()
  await emulator.stop()
  rmSync(project, { recursive: true, force: true })
})

/** Runs the command in the project, which has the same database. */
function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = processEnvironment({ HOME: project })
  return new Promise((done) => {
    execFile(
      process.execPath,
      [CLI, 'delegations', ...args],
      { cwd: project, env },
      (error, stdout, stderr) => {
        done({ code: error?.code ?? 0, stdout, stderr })
      }
    )
  })
}

test('what waits is listed, and revoked work becomes a dead letter', async () => {
  const bob = await sample.running.as('bob')
  await sample.plan({ kind: 'later' })
  await sample.action('tokens', { available: false })
  const { marker } = await sample.plan({}, bob)
  await sample.row(marker, ({ attempts }) => attempts > 0)

  const listed = await run('list', '--json')
  const entries = JSON.parse(listed.stdout) as { author: string; state: string }[]
  expect(entries.map(({ author, state }) => [author, state]).toSorted()).toEqual([
    ['alice', 'open'],
    ['bob', 'open']
  ])
  const { stdout } = await run('list', '--user', 'bob')
  expect(stdout).toMatch(
    / {2}open {2}bob {2}[\w-]+ {2}API_EQUIPMENT\.UPDATE {2}not begun {2}[\w-]{36}\n$/
  )

  expect(await run('revoke', '--user', 'bob')).toMatchObject({ code: 0, stdout: '1 revoked\n' })
  expect((await run('list', '--user', 'bob')).stdout).toContain('  revoked  bob  ')
  await sample.action('tokens', { available: true })
  const dead = await sample.row(marker, ({ attempts }) => attempts > 10)
  expect(dead?.lastError).toMatch(/it was revoked/)
  expect(await sample.arrivals(marker)).toEqual([])
})

test.each([
  [['revoke'], /name a --user, or --all/],
  [['revoke', '--user', ''], /--user: it is empty/],
  [['list', '--before', 'yesterday'], /--before: use a time/],
  [['list', '--limit', 'many'], /--limit: use a number/]
])('%j is refused', async (args, message) => {
  const { code, stderr } = await run(...args)
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
})

test('init makes the keys in a file for this user, and prints the set-up', async () => {
  const out = join(project, 'keys.json')
  const { code, stdout } = await run('init', '--out', out)
  expect(code).toBe(0)
  expect(statSync(out).mode & 0o777).toBe(0o600)
  const { recordKeys } = JSON.parse(readFileSync(out, 'utf8')) as { recordKeys: { d: string }[] }
  expect(stdout).toContain(`cf create-user-provided-service delegation-keys -p ${out}`)
  expect(stdout).not.toContain(recordKeys[0]?.d)
})
