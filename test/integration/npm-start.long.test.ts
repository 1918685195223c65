import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { isCap9 } from '../support/cap-version.js'
import { client } from '../support/client.js'
import { until } from './background/queue-sample.js'
import { freePort } from '../support/free-port.js'
import { Output, SAMPLE } from '../support/sample.js'
import { processEnvironment } from '../support/environment.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'

const children: ChildProcess[] = []

/** `npm start`, in a group of its own, as a terminal makes it. */
function npmStart(port: number): ChildProcess {
  const child = spawn(process.execPath, [join(SAMPLE, 'scripts/start.mjs')], {
    env: processEnvironment({ PORT: String(port) }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  children.push(child)
  return child
}

async function started() {
  const port = await freePort()
  const child = npmStart(port)
  const output = new Output(child)
  await output.printed(/server listening on[^]*launched in/)
  return { child, port, output }
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    interrupt(child)
    await untilEnded(child)
  }
})

/** What Ctrl-C does: a signal to all processes of the terminal. */
function interrupt({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), 'SIGINT')
  } catch {
    // all of them have ended
  }
}

/** There is no event for the end of a process that somebody else has started. */
async function untilEnded({ pid }: ChildProcess): Promise<void> {
  while (existsSync('/proc') && groupOf(Number(pid)).length > 0) await sleep(100)
}

/** Running processes of a group: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function groupOf(group: number): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(pgrp) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}

test('PORT moves the API, the screen says what there is, and Ctrl-C ends every process', async () => {
  const begin = Date.now()
  const { child, port, output } = await started()
  expect(Date.now() - begin).toBeLessThan(60_000) // a few seconds, unless the machine has other things to do
  const screen = /BTP services are emulated[^]*/.exec(output.text)?.[0] ?? ''
  expect(screen.split('\n').length).toBeLessThanOrEqual(40)
  expect(screen).toContain(`API=http://localhost:${String(port)}/odata/v4/maintenance\n`)
  for (const user of [
    /alice +Technician · plant 1010\n/,
    /bob +Technician · plant 1710, 1010\n/,
    /carol +Supervisor\n/,
    /dave +Viewer · plant 1710\n/,
    /eve +no role\n/
  ])
    expect(screen).toMatch(user)

  const anonymous = client(`http://localhost:${String(port)}`)
  expect((await anonymous.get(EQUIPMENT)).status).toBe(401)
  anonymous.close()
  if (existsSync('/proc')) expect(groupOf(Number(child.pid)).length).toBeGreaterThan(3)

  const ended = new Promise((done) => child.once('exit', done))
  interrupt(child)
  await ended
  await untilEnded(child)
  const gone = client(`http://localhost:${String(port)}`)
  await expect(gone.get(EQUIPMENT)).rejects.toThrow(/ECONNREFUSED/)
}, 180_000)

const hasCurl = spawnSync('curl', ['--version']).status === 0
const withCurl = hasCurl ? test : test.skip
const skipped = hasCurl ? '' : ' (skipped: no curl)'

/** In a terminal, until the first one fails. With an empty cache, npx does what it does in a fresh clone. */
function pasted(lines: string): { status: number | null; stdout: string; stderr: string } {
  const cache = mkdtempSync(join(tmpdir(), 'cds-principal-npm-'))
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', lines], {
    cwd: SAMPLE,
    encoding: 'utf8',
    env: { ...process.env, npm_config_cache: cache, npm_config_offline: 'true' }
  })
  rmSync(cache, { recursive: true, force: true })
  return { status, stdout, stderr }
}

/** Fails with all that was printed. */
function expectSuccess(status: number | null, printed: Record<string, string>): void {
  const text = Object.entries(printed).map(([name, value]) => `${name}: ${value.slice(-2000)}`)
  if (status !== 0) throw new Error(`status ${String(status)}\n${text.join('\n')}`)
}

withCurl(
  `the lines on the screen do what they say${skipped}`,
  async () => {
    const { output, port } = await started()
    const [lines = ''] = /API=[^]*?(?=\n\[cds\])/.exec(output.text) ?? []
    // on CAP 9 no queued work keeps its author
    expect(lines.match(/^ +curl /gm)).toHaveLength(isCap9 ? 7 : 8)
    const { status, stdout, stderr } = pasted(lines)
    expectSuccess(status, { stdout, stderr, server: output.text })
    expect(stdout.match(/"value":\[\{"id":"1010"/g)).toHaveLength(2)
    expect(stdout).toMatch(/"name":"Pump, repaired","createdBy":"ALICE","lastChangedBy":"BOB"/)
    expect(stdout).toMatch(/"tools":\[[^]*"name":"create-Equipment"/)
    expect(stdout).toMatch(/HTTP\/1\.1 403 Forbidden[^]*ERR_USER_TOKEN_REQUIRED/)
    expect(stdout).toMatch(/"checked":\d+/)
    expect(output.text.match(/server listening on/g)).toHaveLength(1) // they restart nothing
    if (isCap9) return
    const alice = client(`http://localhost:${String(port)}`, `Basic ${btoa('alice:')}`)
    const planned = await until(
      async () => (await alice.get(`${EQUIPMENT}('P-1')`)).body,
      ({ name }) => name === 'Pump, as planned'
    )
    alice.close()
    expect(planned).toMatchObject({ createdBy: 'ALICE', lastChangedBy: 'ALICE' })
  },
  180_000
)

withCurl(
  `the README's lines do what they say${skipped}`,
  async () => {
    const { port, output } = await started()
    const readme = readFileSync(join(SAMPLE, 'README.md'), 'utf8')
    const [, lines = ''] = /```sh\n(API=\S+\/maintenance\n[^]*?)```/.exec(readme) ?? []
    const { status, stdout, stderr } = pasted(lines.replace('4004', String(port)))
    expectSuccess(status, { stdout, stderr, server: output.text })
    expect(stdout).toContain('"id":"10000000"')
    expect(stdout).toMatch(/"createdBy":"ALICE","lastChangedBy":"BOB"/)
    expect(stdout).toMatch(/HTTP\/1\.1 403 Forbidden[^]*ERR_USER_TOKEN_REQUIRED/)
  },
  180_000
)

test('cds watch in this folder starts the sample as well', async () => {
  const cds = join(SAMPLE, 'node_modules/@sap/cds-dk/bin/cds.js')
  // without the folders that another test may pack into meanwhile
  const options = ['--livereload', 'false', '--exclude', 'dist,types,.dist-']
  const child = spawn(process.execPath, [cds, 'watch', ...options], {
    cwd: SAMPLE,
    env: processEnvironment({ PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  children.push(child)
  const output = new Output(child)
  await output.printed(/server listening on[^]*launched in/)
  const [, url = ''] = /server listening on[^']*'(http:[^']+)'/.exec(output.text) ?? []
  const alice = client(url, `Basic ${Buffer.from('alice:').toString('base64')}`)
  const { status, body } = await alice.get(`${EQUIPMENT}?$top=1`)
  alice.close()
  expect({ status, value: body.value }).toMatchObject({ status: 200, value: [{ plant: '1010' }] })
}, 180_000)

test('a change in dist/ does not restart the server: packing writes there', async () => {
  const { child, output } = await started()
  const now = new Date()
  for (const file of ['dist/index.js', 'dist/cli/main.js', 'dist/inbound/auth.js'])
    utimesSync(join(SAMPLE, file), now, now)
  await sleep(1000) // what does not happen is no event; `cds watch` waits for 200 ms
  expect(output.text.match(/_{20,}/g)).toHaveLength(1) // the line above each start
  interrupt(child)
}, 180_000)

test('a taken port is a clear message', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, done))
  const { port } = server.address() as { port: number }
  const child = npmStart(port)
  const output = new Output(child)
  const status = await new Promise((done) => child.once('close', done))
  server.close()
  expect(status).toBe(1)
  expect(output.text).toContain(`port ${String(port)} is taken`)
  expect(output.text).toMatch(/PORT=\d+ npm start/)
})
