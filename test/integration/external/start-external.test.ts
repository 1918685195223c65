import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { client } from '../../support/client.js'
import { Output, SAMPLE } from '../../support/sample.js'
import { copyOfSample } from '../../support/sample-copy.js'
import { processEnvironment } from '../../support/environment.js'

const RUN = join(SAMPLE, 'scripts/external/run.mjs')
const TOKEN = join(SAMPLE, 'scripts/external/token.mjs')
const EQUIPMENT = '/odata/v4/maintenance/Equipment'

let root: string
let child: ChildProcess
let ended: Promise<unknown>
let output: Output

beforeAll(async () => {
  root = copyOfSample()
  child = spawn(process.execPath, [RUN], {
    cwd: root,
    env: processEnvironment({ PORT: '0', IDP_PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true // a group of its own, as a terminal makes it: Ctrl-C reaches all of it
  })
  ended = once(child, 'close')
  output = new Output(child)
  await output.printed(/server listening on/)
}, 120_000)
afterAll(async () => {
  if (child.exitCode === null) process.kill(-Number(child.pid), 'SIGINT')
  await ended
  rmSync(root, { recursive: true, force: true })
}, 120_000)

const issuer = () => /identity provider: (http:\/\/localhost:\d+)/.exec(output.text)?.[1] ?? ''

const token = (user: string, ISSUER = issuer()) =>
  promisify(execFile)(process.execPath, [TOKEN, user], { env: { ISSUER } })

test('the lines that it prints: a token of the provider, and ALICE in S/4', async () => {
  expect(output.text).toMatch(/token:external alice/)
  const { stdout } = await token('alice')
  const [, url = ''] = /server listening on[^']*'(http:\/\/localhost:\d+)'/.exec(output.text) ?? []
  const alice = client(url, `Bearer ${stdout.trim()}`)
  const patched = await alice.patch(`${EQUIPMENT}('10000000')`, { name: 'Pump, checked' })
  expect(patched).toMatchObject({ status: 200, body: { lastChangedBy: 'ALICE', plant: '1010' } })
  alice.close()
})

test('no such user, nobody there: the reason', async () => {
  await expect(token('mallory')).rejects.toMatchObject({
    stderr: expect.stringContaining('no such user, only alice, bob, carol, dave')
  })
  await expect(token('alice', 'http://localhost:1')).rejects.toMatchObject({
    stderr: expect.stringContaining('npm run start:external')
  })
})

test('Ctrl-C ends all of it', async () => {
  process.kill(-Number(child.pid), 'SIGINT')
  await ended
  await expect(fetch(issuer())).rejects.toThrow(/fetch failed/)
})
