import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { client } from '../../support/client.js'
import { startLandscape } from '../../support/emulator.js'
import { processEnvironment } from '../../support/environment.js'
import { Output, SAMPLE } from '../../support/sample.js'
import { copyOfSample } from '../../support/sample-copy.js'
import { linesOf } from './lines.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const LOCATIONS = '/odata/v4/maintenance/FunctionalLocations?$top=3'

let root: string
let file: string
let child: ChildProcess
let output: Output
let url: string

/** Changes the configuration of the project. */
function configure(change: (requires: any) => void): void {
  const configuration = JSON.parse(readFileSync(file, 'utf8'))
  change(configuration.requires)
  writeFileSync(file, JSON.stringify(configuration))
}

/** Starts the sample with a misspelt attribute, a misspelt destination, and a user with a password. */
beforeAll(async () => {
  root = copyOfSample()
  file = join(root, '.cdsrc.json')
  configure(({ auth, API_FUNCTIONALLOCATION }) => {
    const { users } = auth['[development]']
    users.alice = { roles: ['Viewer'], attr: { plnt: ['1010'] } }
    users.frank = { password: 'x', roles: ['Viewer'] }
    API_FUNCTIONALLOCATION.credentials.destination = 'S5'
  })
  child = spawn(process.execPath, [CDS, 'watch', '--livereload', 'false'], {
    cwd: root,
    env: processEnvironment({ PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true // a group of its own, as a terminal makes it
  })
  output = new Output(child)
  await output.printed(/curl -u [^]*\n/)
  ;[url = ''] = /http:\/\/localhost:\d+(?=\/odata)/.exec(output.text) ?? []
})
afterAll(async () => {
  const ended = new Promise((done) => child.once('close', done))
  process.kill(-Number(child.pid), 'SIGINT')
  await ended
  rmSync(root, { recursive: true, force: true })
})

const CDS = join(SAMPLE, 'node_modules/@sap/cds-dk/bin/cds.js')
const CLI = join(SAMPLE, 'dist/cli/main.js')
const tokenOf = (user: string) =>
  spawnSync(process.execPath, [CLI, 'token', user, '--project', root], {
    encoding: 'utf8'
  }).stdout.trim()

/** Sends a request, and returns the status and the lines of our log. */
async function send(method: string, path: string, headers: Record<string, string>, body?: object) {
  const before = (await output.soFar()).length
  const { status } = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) })
  })
  return { status, lines: linesOf((await output.soFar()).slice(before)) }
}

test('a misspelt attribute of a user is a warning at start', () => {
  expect(output.text).toContain(
    '"plnt" in "attr" of a user in cds.requires.auth.users is an attribute that no condition asks for: did you mean "plant"?'
  )
})

test('no token: the command that gets one', async () => {
  const { status, lines } = await send('GET', EQUIPMENT, {})
  expect(status).toBe(401)
  expect(lines).toEqual([expect.stringContaining('(npx cds-principal token alice) · ')])
})

test('the first request of a browser, which then asks for a user, has no line', async () => {
  const headers = { 'sec-fetch-site': 'none' }
  expect(await send('GET', EQUIPMENT, headers)).toEqual({ status: 401, lines: [] })
  const authorization = `Basic ${Buffer.from('bob:').toString('base64')}`
  expect(await send('GET', EQUIPMENT, { ...headers, authorization })).toEqual({
    status: 200,
    lines: []
  })
})

test('a wrong password, then the right one', async () => {
  const log = (password: string) => {
    const authorization = `Basic ${Buffer.from(`frank:${password}`).toString('base64')}`
    return send('GET', '/odata/v4/maintenance/$metadata', { authorization })
  }
  const { status, lines } = await log('wrong')
  expect(status).toBe(401)
  expect(lines).toEqual([expect.stringMatching(/^.*ERR_CREDENTIALS_REFUSED · .*Look at "users"/)])
  expect(lines[0]).not.toMatch(/frank|wrong/)
  expect(await log('x')).toEqual({ status: 200, lines: [] })
})

test('a token of emulated services that ran before', async () => {
  const former = await startLandscape()
  const authorization = `Bearer ${await former.issueToken({ user: 'alice' })}`
  await former.stop()
  const { status, lines } = await send('GET', EQUIPMENT, { authorization })
  expect(status).toBe(401)
  expect(lines).toEqual([
    expect.stringContaining(
      'It is a token of emulated services that ran before: get a new one (npx cds-principal token alice)'
    )
  ])
})

test('a user who may read and not write: where to give the role', async () => {
  const authorization = `Bearer ${tokenOf('alice')}`
  const path = `${EQUIPMENT}('10000000')`
  const { status, lines } = await send('PATCH', path, { authorization }, { name: 'x' })
  expect(status).toBe(403)
  expect(lines).toEqual([
    expect.stringContaining(
      'ERR_ROLE_MISSING · authorization · PATCH of Equipment needs the role "Technician" or "Supervisor"; the user has: "Viewer" · ' +
        'Add one of them to the "roles" of the user in cds.requires.auth.users, and get a new token'
    )
  ])
})

test('a misspelt user, who can log on and has no role', async () => {
  const authorization = `Basic ${Buffer.from('alicee:').toString('base64')}`
  const { status, lines } = await send('GET', EQUIPMENT, { authorization })
  expect(status).toBe(403)
  expect(lines).toEqual([
    expect.stringContaining(
      'There is no user "alicee" in cds.requires.auth.users: did you mean "alice"? Add one of them'
    )
  ])
})

test('a misspelt destination: a warning at start, and the name at the first call', async () => {
  expect(output.text).toContain(
    '"S5" of cds.requires.API_FUNCTIONALLOCATION.credentials.destination is not in emulator.destinations, so a mock is ' +
      'expected for it: did you mean "S4"?'
  )
  const authorization = `Bearer ${tokenOf('alice')}`
  const { status, lines } = await send('GET', LOCATIONS, { authorization })
  expect(status).toBe(502)
  expect(lines).toEqual([
    expect.stringContaining(
      'ERR_REMOTE_UNREACHABLE · the emulated Cloud Connector · the call to destination "S5" failed: nobody mocks the ' +
        'imported service behind the emulated Cloud Connector (502) · "S5" is not in emulator.destinations: did you mean "S4"?'
    )
  ])
})

test('with the fix in each entry, after a restart, what was refused works', async () => {
  const known = output.text.length
  configure(({ auth, API_FUNCTIONALLOCATION }) => {
    const { users } = auth['[development]']
    users.alice = { roles: ['Technician'], attr: { plant: ['1010'] } }
    API_FUNCTIONALLOCATION.credentials.destination = 'S4'
  })
  const now = new Date()
  utimesSync(join(root, 'srv/maintenance-service.ts'), now, now) // cds watch does not look at files whose name begins with a dot
  await output.printed(new RegExp(`^[^]{${String(known)},}curl -u [^]*\n`))
  const printed = output.text.slice(known)
  expect(printed).not.toMatch(/did you mean/)
  expect(printed).toMatch(/npx cds-principal token alice\)" "\$API\/FunctionalLocations/)
  url = output.text.match(/http:\/\/localhost:\d+(?=\/odata)/g)?.at(-1) ?? ''
  const alice = client(url, `Bearer ${tokenOf('alice')}`)
  const { status, body } = await alice.get(LOCATIONS)
  expect(status).toBe(200)
  expect(body.value).toHaveLength(3)
  alice.close()
  const authorization = `Bearer ${tokenOf('alice')}`
  const path = `${EQUIPMENT}('10000000')`
  expect(await send('PATCH', path, { authorization }, { name: 'x' })).toEqual({
    status: 200,
    lines: []
  })
})
