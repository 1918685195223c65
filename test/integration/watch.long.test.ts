import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readlinkSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { client } from '../support/client.js'
import { end, Output, SAMPLE } from '../support/sample.js'
import { copyOfSample } from '../support/sample-copy.js'
import { processEnvironment } from '../support/environment.js'
import { withoutMetadata } from '../support/challenge.js'

const CDS = join(SAMPLE, 'node_modules/@sap/cds-dk/bin/cds.js')
const CLI = join(SAMPLE, 'dist/cli/main.js')
const EQUIPMENT = '/odata/v4/maintenance/Equipment'

function watch(root: string): ChildProcess {
  return spawn(process.execPath, [CDS, 'watch', '--livereload', 'false'], {
    cwd: root,
    env: processEnvironment({ PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true // a group of its own, as a terminal makes it: Ctrl-C reaches all of it
  })
}

const token = (root: string, ...args: string[]) =>
  spawnSync(process.execPath, [CLI, 'token', ...args, '--project', root], { encoding: 'utf8' })

/** Processes that run in the folder. */
function processesIn(root: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === root
    } catch {
      return false
    }
  })
}

/** There is no event for the end of a process that somebody else has started. */
async function untilNoneIn(root: string): Promise<void> {
  while (existsSync('/proc') && processesIn(root).length) await sleep(100)
}

let root: string
let running: ChildProcess | undefined
const groups: number[] = []

beforeEach(() => {
  root = copyOfSample()
})
afterEach(async () => {
  endGroup('SIGKILL')
  groups.length = 0
  await untilNoneIn(root)
  rmSync(root, { recursive: true, force: true })
})

/** Signals all processes of the watch, as the terminal does. */
function endGroup(signal: NodeJS.Signals): void {
  for (const group of groups) {
    try {
      process.kill(-group, signal)
    } catch {
      // all of them have ended
    }
  }
}

async function started() {
  const child = (running = watch(root))
  if (child.pid) groups.push(child.pid)
  const output = new Output(child)
  await output.printed(/server listening on[^']*'http:\/\/localhost:\d+'/)
  return { output, url: () => output.text.match(/http:\/\/localhost:\d+/g)?.at(-1) ?? '' }
}

test('a restart keeps tokens and data; Ctrl-C ends every process; a second start works', async () => {
  const { output, url } = await started()
  expect(output.text).toMatch(/API=http:\/\/localhost:\d+\/odata\/v4\/maintenance/)
  expect(output.text).toMatch(/alice +Technician · plant 1010/)
  expect(output.text).toMatch(/eve +no role/)

  const { stdout, stderr } = token(root, 'alice')
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) // the token, and nothing else
  const authorization = `Bearer ${stdout.trim()}`
  const before = client(url(), authorization)
  const data = { id: 'W-1', name: 'x', plant: '1010', category: 'M' }
  expect((await before.post(EQUIPMENT, data)).status).toBe(201)
  before.close()

  const known = output.text.length
  const now = new Date()
  utimesSync(join(root, 'srv/maintenance-service.ts'), now, now)
  await output.printed(new RegExp(`^[^]{${String(known)},}server listening on[^']*'http:`))
  const after = client(url(), authorization)
  expect((await after.get(`${EQUIPMENT}('W-1')`)).body).toMatchObject({ createdBy: 'ALICE' })
  after.close()

  const ended = new Promise((done) => running?.once('exit', done))
  endGroup('SIGINT')
  await ended
  await untilNoneIn(root)

  const second = await started()
  const again = client(second.url(), authorization)
  expect((await again.get(EQUIPMENT)).status).toBe(401) // keys are new on every start
  again.close()
}, 120_000)

test('servers that start at the same time share one landscape', async () => {
  const servers = await Promise.all([started(), started(), started()])
  const { stdout } = token(root, 'alice')
  const clients = servers.map(({ url }) => client(url(), `Bearer ${stdout.trim()}`))
  const answers = await Promise.all(clients.map((each) => each.get(`${EQUIPMENT}?$top=1`)))
  for (const each of clients) each.close()
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
}, 120_000)

test('the landscape never outlives the watch, even if that is killed', async () => {
  await started()
  if (running) await end(running, 'SIGKILL') // leaves the watched server, which is not the owner
  let answer = token(root, 'alice')
  while (answer.status === 0) {
    await sleep(100)
    answer = token(root, 'alice')
  }
  expect(answer.stderr).toContain('no emulator is running')
}, 120_000)

test('Basic credentials are exchanged for a token at the emulated XSUAA', async () => {
  const { url } = await started()
  const basic = (user: string) => client(url(), `Basic ${Buffer.from(user).toString('base64')}`)
  const anonymous = client(url())
  const refused = await anonymous.get(EQUIPMENT)
  expect(refused.status).toBe(401)
  expect(withoutMetadata(refused.headers['www-authenticate'])).toMatch(/^Bearer, Basic realm=/)
  const alice = basic('alice:')
  const data = { id: 'B-1', name: 'x', plant: '1010', category: 'M' }
  expect(await alice.post(EQUIPMENT, data)).toMatchObject({ body: { createdBy: 'ALICE' } })
  const mallory = basic('mallory:')
  expect((await mallory.get(EQUIPMENT)).status).toBe(403) // anybody logs on, as with CAP, and has no role
  for (const each of [anonymous, alice, mallory]) each.close()
}, 120_000)

describe('cds-principal token', () => {
  test('says what to do when no emulator runs', () => {
    const { status, stdout, stderr } = token(root, 'alice')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/no emulator is running.*cds watch/)
  })

  test('needs a user, unless the token is of the application', async () => {
    expect(token(root).stderr).toContain('name a user')
    await started()
    expect(token(root, 'mallory')).toMatchObject({ status: 1, stdout: '' })
    const { stdout } = token(root, '--grant', 'client_credentials')
    const claims = Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString()
    expect(JSON.parse(claims)).toMatchObject({ grant_type: 'client_credentials' })
  }, 120_000)
})
