import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { processEnvironment } from '../../support/environment.js'
import { end, type Output, SAMPLE } from '../../support/sample.js'
import { copyOfSample } from '../../support/sample-copy.js'
import { watchSample } from '../../support/watched-sample.js'

const CLI = join(SAMPLE, 'dist/cli/main.js')

const LISTENING = /server listening on[^']*'(http:\/\/localhost:\d+)'/

let root: string
let watch: ChildProcess
let log: Output
let url = ''
const outputs: string[] = []
const secrets = new Set<string>()

beforeAll(async () => {
  root = copyOfSample()
  ;({ watch, output: log } = watchSample(root))
  await log.printed(LISTENING)
  ;[, url = ''] = LISTENING.exec(log.text) ?? []
}, 120_000)
afterAll(async () => {
  if (watch) await end(watch)
  rmSync(root, { recursive: true, force: true })
})

/** Runs a command of the package to its end. */
async function run(args: string[], input = '') {
  const child = spawn(process.execPath, [CLI, ...args, '--project', root], {
    env: processEnvironment()
  })
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done) => child.once('close', done))
  ])
  return { stdout, stderr, code }
}

/** Runs `explain`; all that it prints is looked at in the end. */
async function explain(args: string[], input?: string) {
  const result = await run(['explain', ...args], input)
  outputs.push(result.stdout, result.stderr)
  return result
}

async function token(...args: string[]): Promise<string> {
  const { stdout } = await run(['token', ...args])
  secrets.add(stdout.trim())
  return stdout.trim()
}

describe('a code', () => {
  test('its section, and the issuer of the landscape that runs', async () => {
    const { stdout, code } = await explain(['token-audience'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ERR_TOKEN_AUDIENCE · 401 · incoming token\n/)
    expect(stdout).toMatch(/XSUAA \(of the landscape that runs\)/)
    expect(stdout).toMatch(/"aud" sb-maintenance!t1 or\s+maintenance!t1/)
  })

  test('of a path that is not exposed: the hop, and what the landscape exposes', async () => {
    const { stdout, code } = await explain(['ERR_REMOTE_NOT_EXPOSED'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ERR_REMOTE_NOT_EXPOSED · 502 · the Cloud Connector\n/)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Cloud Connector of the landscape: s4.internal:44300: /sap/opu/odata/sap/ and below'
    )
  })

  test('an unknown one: did you mean …, and exit code 1', async () => {
    const { stdout, code } = await explain(['ERR_TOKEN_EXPRED'])
    expect({ stdout, code }).toEqual({
      stdout: 'There is no code "ERR_TOKEN_EXPRED". Did you mean ERR_TOKEN_EXPIRED?\n',
      code: 1
    })
  })
})

describe('a token', () => {
  test('of a user of the landscape: claims, rows, and who calls go out as', async () => {
    const { stdout, code } = await explain(['token', '--as', 'alice'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ The application accepts this token/)
    expect(stdout).toMatch(/✓ signature +made with a key of the issuer/)
    expect(stdout).toMatch(/READ \(Technician\) where plant = \$user\.plant \[1 value\]/)
    expect(stdout).toMatch(/✗ NightlyJobs: needs JOBSCHEDULER/)
    expect(stdout).toMatch(/✓ API_EQUIPMENT: named user \(onBehalfOf namedUser; destination S4/)
    expect(stdout).toMatch(/✓ API_EQUIPMENT_SYSTEM: technical user/)
  })

  test('of the application itself: calls on behalf of a user are refused', async () => {
    const technical = await token('--grant', 'client_credentials')
    const { stdout } = await explain(
      ['token', '--json'],
      JSON.stringify({ access_token: technical })
    )
    const { accepted, hints, calls } = JSON.parse(stdout)
    expect({ accepted, hints }).toEqual({
      accepted: true,
      hints: [expect.stringContaining('token response')]
    })
    expect(calls).toContainEqual(
      expect.objectContaining({
        service: 'API_EQUIPMENT',
        as: 'refused',
        code: 'ERR_USER_TOKEN_REQUIRED'
      })
    )
  })

  test('that has expired: refused, explained, and without calls', async () => {
    const expired = await token('bob', '--expires-in', '-100')
    const { stdout, code } = await explain(['token'], `Authorization: Bearer ${expired}`)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✗ The application refuses this token: ERR_TOKEN_EXPIRED/)
    expect(stdout).toMatch(/✗ exp +\d+ minutes? ago/)
    expect(stdout).toMatch(/✓ signature/)
    expect(stdout).not.toMatch(/calls would go out/)
  })

  test('of emulated services that ran before: the advice of the log, and exit code 1', async () => {
    const [header = '', payload = '', signature = ''] = (await token('alice')).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const former = JSON.stringify({ ...claims, iss: 'https://localhost:1/oauth/token' })
    const encoded = Buffer.from(former).toString('base64url')
    const { stdout, code } = await explain(['token'], `${header}.${encoded}.${signature}`)
    expect(code).toBe(1)
    const text = stdout.replaceAll(/\s+/g, ' ')
    expect(text).toContain('ran before: get a new one (npx cds-principal token alice)')
  })

  test('what is no token: cause, next step, and exit code 1', async () => {
    const { stdout, code } = await explain(['token'], 'garbage')
    expect(code).toBe(1)
    expect(stdout).toMatch(/ERR_TOKEN_MALFORMED: [^]*→ Send all of "access_token"/)
  })

  test('as an argument: it stays out of the message', async () => {
    const { stderr, code } = await explain([await token('eve')])
    expect(code).toBe(1)
    expect(stderr).toMatch(/pipe it/)
  })

  test('none: exit code 1, and the next step', async () => {
    const { stderr, code } = await explain(['token'])
    expect({ stderr, code }).toEqual({ stderr: expect.stringMatching(/pipe one/), code: 1 })
  })

  test('values are shown to who asks for them', async () => {
    const { stdout } = await run(['explain', 'token', '--as', 'bob', '--values'])
    expect(stdout).toMatch(/plant = \$user\.plant \["1710", "1010"\]/)
  })
})

describe('a request', () => {
  const id = 'canary-request-1'

  test('by the log of the server and the record of the landscape: in, CAP, out', async () => {
    const authorization = `Bearer ${await token('alice')}`
    const headers = { authorization, 'x-correlation-id': id }
    const answer = await fetch(`${url}/odata/v4/maintenance/Equipment?$top=1`, { headers })
    expect(answer.status).toBe(200)
    const { stdout, code } = await explain([id], await log.soFar())
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /\+0 ms +in +GET \S+Equipment, as a named user of issuer xsuaa[^]*answered: 200/
    )
    expect(stdout).toMatch(/out +call to API_EQUIPMENT, destination S4 as named user by/)
    expect(stdout).toMatch(/out +Destination service: GET /)
    expect(stdout).toMatch(/out +S\/4: GET \S+, 200, as the user/)
    expect(stdout).not.toMatch(/alice|ALICE/)
  })

  test('that was refused: hop, cause and fix', async () => {
    const headers = { authorization: 'Bearer abc', 'x-correlation-id': `${id}-refused` }
    const answer = await fetch(`${url}/odata/v4/maintenance/Equipment`, { headers })
    expect(answer.status).toBe(401)
    const { stdout } = await explain([`${id}-refused`], await log.soFar())
    expect(stdout.match(/in +ERR_TOKEN_MALFORMED · incoming token · /g)).toHaveLength(1)
    expect(stdout).toMatch(/in +answered: 401/)
    expect(stdout).toMatch(/npx cds-principal explain ERR_TOKEN_MALFORMED/)
  })

  test('by a log of the platform: in the order of time, with the work of the queue', async () => {
    const entry = (second: number, fields: object) => {
      const timestamp = `2026-01-01T10:00:0${second}.000Z`
      const json = JSON.stringify({ correlation_id: 'queued-request-1', timestamp, ...fields })
      return `   2026-01-01T10:00:09.00+0000 [APP/PROC/WEB/0] OUT ${json}`
    }
    const call = {
      ...{ service: 'S4', principal: 'technical', outcome: 'ok', duration: 7, context: 'queue' },
      user: 'alice@example.com'
    }
    const lines = [
      entry(3, { logger: 'principal', msg: `principal.call ${JSON.stringify(call)}` }),
      entry(1, { logger: 'odata', msg: 'POST /odata/v4/shop/Orders' }),
      entry(2, { correlation_id: 'another', msg: 'other' })
    ]
    const { stdout } = await explain(['queued-request-1'], lines.join('\n'))
    expect(stdout.split('\n').slice(-3, -1)).toEqual([
      '    +0 ms  in     [odata] POST /odata/v4/shop/Orders',
      ' +2000 ms  queue  call to S4 as technical ok, 7 ms'
    ])
  })

  test('of which nothing is known: exit code 1, and the next step', async () => {
    const { stdout, code } = await explain(['never-heard-of-1'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/Pipe the log into the command/)
  })
})

/** Files of the project, without those of other packages. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const path = join(folder, each.name)
    return each.isDirectory() ? filesIn(path) : each.isFile() ? [path] : []
  })
}

test('no token, no secret and no address of a user is in an output or a file', () => {
  expect(outputs.length).toBeGreaterThan(10)
  expect(secrets.size).toBeGreaterThan(2)
  const written = filesIn(root).map((file) => readFileSync(file, 'utf8'))
  for (const content of [...outputs, ...written]) {
    for (const secret of secrets) expect(content).not.toContain(secret)
    expect(content).not.toMatch(/eyJ[\w-]{20,}/)
  }
  expect(outputs.join('\n')).not.toMatch(/alice@example|clientsecret|BEGIN/)
})
