import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { listen } from '../../../emulator/src/http/listener.js'
import { end, type Output, SAMPLE } from '../../support/sample.js'
import { copyOfSample } from '../../support/sample-copy.js'
import { watchSample } from '../../support/watched-sample.js'

const CLI = join(SAMPLE, 'dist/cli/main.js')
const CHECK = '/odata/v4/nightly-jobs/checkEquipment'

/** `cds-principal job run …`, to its end. */
async function jobRun(root: string, ...args: string[]) {
  const child = spawn(process.execPath, [CLI, 'job', 'run', ...args, '--project', root])
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done) => child.once('close', done))
  ])
  return { stdout, stderr, code }
}

let root: string
let watch: ChildProcess
let output: Output
beforeAll(async () => {
  root = copyOfSample()
  ;({ watch, output } = watchSample(root))
  await output.printed(/server listening on/)
}, 120_000)
afterAll(async () => {
  if (watch) await end(watch)
  rmSync(root, { recursive: true, force: true })
})

test('synchronous: the answer is printed, and the run is a success', async () => {
  const { stdout, stderr, code } = await jobRun(root, CHECK)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ checked: 35, findings: [] })
  expect(stderr).toMatch(
    /^POST \/odata\/v4\/nightly-jobs\/checkEquipment, as sb-.*sap-jobscheduler/
  )
  for (const name of ['job-id', 'job-schedule-id', 'job-run-id', 'scheduler-host', 'run-at']) {
    expect(stderr).toContain(`x-sap-${name}: `)
  }
  expect(stderr).toContain('200 OK')
  expect(stderr).not.toMatch(/eyJ/)
})

test('asynchronous: it waits for the status that the application reports', async () => {
  const { stdout, stderr, code } = await jobRun(root, CHECK, '--data', '{"background":true}')
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: '35 pieces of equipment checked, 0 with a problem\n'
  })
  expect(stderr).toMatch(/202 Accepted[^]*waiting[^]*SUCCESS/)
})

test('an application that never reports the status: UNKNOWN, exit code 2', async () => {
  const server = createServer((_, res) => res.writeHead(202).end())
  const { port, close } = await listen(server)
  const at = ['--url', `http://localhost:${port}`, '--async-timeout', '0.2']
  const { code, stdout, stderr } = await jobRun(root, '/jobs', ...at)
  await close()
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/202 Accepted[^]*UNKNOWN/)
})

test('what is refused is a failure, with the scopes of the token', async () => {
  const refused = await jobRun(root, '/odata/v4/maintenance/Equipment', '--method', 'get')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /GET .*403 Forbidden[^]*had the scopes maintenance!t1\.JOBSCHEDULER/s
  )
  await output.printed(/ERR_GRANT_MISSING.*"\$XSAPPNAME\.Viewer"/)
  const [, id = ''] = /^correlation id: (\S+)$/m.exec(refused.stderr) ?? []
  expect(output.text).toMatch(new RegExp(`ERR_GRANT_MISSING.*correlation id ${id}\\)`))
  const missing = await jobRun(root, '/odata/v4/nightly-jobs/nothing')
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('404') as unknown })
})

test.each([
  [['relative/path'], /starts with "\/"/],
  [[CHECK, '--data', '{'], /data of a job must be JSON/],
  [[CHECK, '--timeout', '0'], /--timeout takes a number of seconds/],
  [[CHECK, '--async-timeout', 'x'], /--async-timeout takes a number of seconds/],
  [[CHECK, '--tenant', 'nobody'], /there is no tenant "nobody"/],
  [[CHECK, '--url', 'https://example.com'], /no http URL on this machine/],
  [[CHECK, '--url', 'http://127.0.0.1:1'], /does the application run there\?/],
  [
    ['/odata/v4/nightly-jobs/$metadata', '--method', 'NO GET'],
    /does the application run there|NO GET/
  ]
])('%j is a clear error', async (args, message) => {
  const { code, stdout, stderr } = await jobRun(root, ...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

test('without an emulator it says how to start one; --help has an example', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'cds-principal-empty-'))
  const none = await jobRun(empty, CHECK)
  rmSync(empty, { recursive: true })
  expect(none).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no emulator.*cds watch/) as unknown
  })
  const help = await jobRun(root, '--help')
  expect(help.code).toBe(0)
  for (const option of [
    '--method',
    '--data',
    '--tenant',
    '--timeout',
    '--async-timeout',
    'Exit code'
  ]) {
    expect(help.stdout).toContain(option)
  }
})
