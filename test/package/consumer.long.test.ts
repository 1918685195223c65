import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { client } from '../support/client.js'
import { end, Output } from '../support/sample.js'
import { environment, initApp, type InstalledApp, ofThisRepository } from './installed-app.js'

const root = path.resolve(__dirname, '../..')
const CDS = path.join(root, 'node_modules/@sap/cds-dk/bin/cds.js')
const EQUIPMENT = '/odata/v4/plant/Equipment'

/** The README's files by their path, as its code blocks name them in their first line. */
function filesOf(readme: string): Map<string, string> {
  const blocks = readme.matchAll(/```(?:jsonc|cds|js)\n\/\/ (\S+)\n([^]*?)```/g)
  return new Map(Array.from(blocks, ([, file, content]) => [file!, content!]))
}

let app: InstalledApp
const files = filesOf(fs.readFileSync(path.join(root, 'README.md'), 'utf8'))
beforeAll(() => {
  app = initApp([ofThisRepository('@cap-js/sqlite'), '@cap-js/cds-test@^1'])
  for (const [file, content] of files) {
    const target = path.join(app.folder, file)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    if (file !== 'package.json') fs.writeFileSync(target, content)
    else addToManifest(target, content)
  }
  app.node([CDS, 'add', 'principal'])
}, 300_000)
afterAll(() => {
  app?.remove()
})

function addToManifest(file: string, section: string): void {
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as object
  fs.writeFileSync(file, JSON.stringify({ ...manifest, ...JSON.parse(`{${section}}`) }))
}

describe("the README's example, pasted into a project of `cds init` and completed by `cds add principal`", () => {
  const file = () => path.join(app.folder, 'test/principal.test.js')

  test('has a project, a mock and a test', () => {
    expect([...files.keys()]).toEqual([
      'package.json',
      'srv/external/API_EQUIPMENT.cds',
      'srv/plant-service.cds',
      'srv/plant-service.js',
      'srv/external/API_EQUIPMENT.js',
      'test/principal.test.js'
    ])
  })

  test('passes its test with node --test', () => {
    expect(app.node(['--test', '--test-reporter=tap'])).toMatch(/^# pass 1$/m)
  })

  /** What the runner prints of a test that fails. */
  function failure(): string {
    try {
      return `it has passed: ${app.node(['--test', '--test-reporter=tap'])}`
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }

  test('fails when the user gets lost', () => {
    const passing = fs.readFileSync(file(), 'utf8')
    const service = path.join(app.folder, 'srv/plant-service.js')
    const source = fs.readFileSync(service, 'utf8')
    const asEve = passing.replace("{ username: 'alice' }", "{ username: 'eve' }")
    fs.writeFileSync(file(), asEve)
    expect(failure()).toMatch(/^not ok 1 - alice's change/m)
    fs.writeFileSync(file(), passing)
    const lost = 'srv.tx({ user: cds.User.privileged }, (tx) => s4.tx(tx).run(req.query))'
    fs.writeFileSync(service, source.replace('s4.run(req.query)', lost))
    expect(failure()).toMatch(/^not ok 1 - alice's change/m)
    fs.writeFileSync(service, source)
  })
})

const running: ChildProcess[] = []
afterEach(async () => {
  for (const child of running.splice(0)) await endGroup(child)
})

describe('--exec in that project', () => {
  const MAIN = 'node_modules/cds-principal-emulator/dist/cli/main.js'

  test.each(['development', 'production'])(
    'serves rows of the mock as `cds watch` does, in %s',
    async (profile) => {
      const command = `NODE_ENV=${profile} npx cds-serve`
      const child = spawn(process.execPath, [MAIN, '--exec', command], {
        cwd: app.folder,
        env: { ...environment(), PORT: '0' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true
      })
      running.push(child)
      const output = new Output(child)
      await output.printed(/server listening on[^']*'http:\/\/localhost:\d+'/)
      const [url = ''] = output.text.match(/http:\/\/localhost:\d+/g)?.slice(-1) ?? []
      const alice = client(url, `Bearer ${app.node([MAIN, 'token', 'alice']).trim()}`)
      const pump = { ID: 'P-1', name: 'Pump', plant: '1010' }
      expect(await alice.post(EQUIPMENT, pump)).toMatchObject({ status: 201 })
      const { body } = await alice.get(EQUIPMENT)
      alice.close()
      expect(body.value).toEqual([{ ...pump, changedBy: 'alice' }])
    },
    120_000
  )
})

describe('cds watch in that project', () => {
  /** CAP's registry of mocks is in the home folder: one of its own keeps other projects out. */
  async function cds(command: string[], env: NodeJS.ProcessEnv = {}, cwd = app.folder) {
    const home = path.join(app.folder, '..')
    const child = spawn(process.execPath, [CDS, ...command], {
      cwd,
      env: { ...environment(), HOME: home, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true // a group of its own: `cds watch` has children
    })
    running.push(child)
    const output = new Output(child)
    await output.printed(/server listening on[^']*'http:\/\/localhost:\d+'/)
    return { output, url: output.text.match(/http:\/\/localhost:\d+/g)?.at(-1) ?? '' }
  }
  /** CAP writes its registry some time after it listens, without telling. */
  async function registered(service: string): Promise<void> {
    const registry = path.join(app.folder, '../.cds-services.json')
    const content = () => (fs.existsSync(registry) ? fs.readFileSync(registry, 'utf8') : '')
    while (!content().includes(`"${service}"`)) await sleep(50)
  }

  const watch = () => cds(['watch', '--livereload', 'false'])

  /** The README's lines for the second terminal, for this server. */
  function curls(url: string): string {
    const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8')
    const [, lines = ''] = /```sh\n(API=[^]*?\/plant\n[^]*?)```/.exec(readme) ?? []
    return lines.replace('http://localhost:4004', url)
  }

  async function pasted(lines: string) {
    const shell = spawn('bash', ['-e', '-c', lines], { stdio: ['ignore', 'pipe', 'ignore'] })
    const output = new Output(shell)
    const [status] = (await once(shell, 'close')) as [number]
    return { status, stdout: output.text }
  }

  test("the README's lines do what they say, and the mock behind it sees the users", async () => {
    const { url, output } = await watch()
    expect(output.text).toMatch(/alice +Technician · plant 1010/)
    const [alice, bob] = ['alice', 'bob'].map((user) => client(url, basic(user)))
    const missing = await alice!.get(EQUIPMENT)
    expect(missing.status).toBe(502)
    await output.printed(/ERR_REMOTE_UNREACHABLE.*cds mock API_EQUIPMENT/)

    const mock = await cds(['mock', 'API_EQUIPMENT'])
    await registered('API_EQUIPMENT')
    const { status, stdout } = await pasted(curls(url))
    expect({ status, stdout }).toMatchObject({ status: 0 })
    expect(stdout.match(/"changedBy":"alice"/g)).toHaveLength(2)
    expect(stdout).toContain('HTTP/1.1 403 Forbidden')
    const { body } = await alice!.get(EQUIPMENT)
    expect(body.value).toEqual([{ ID: 'P-1', name: 'Pump', plant: '1010', changedBy: 'alice' }])

    // straight to the mock: nobody, and no certificate but the Cloud Connector's
    const direct = '/odata/v4/api-equipment/Equipment'
    const nobody = client(mock.url)
    const anonymous = await nobody.post(direct, { Equipment: '2' })
    expect(anonymous.body).toMatchObject({ LastChangedByUser: 'anonymous' })
    const forged = await fetch(mock.url + direct, { headers: { SSL_CLIENT_CERT: 'AAAA' } })
    expect(forged.status).toBe(401)
    for (const each of [alice, bob, nobody]) each!.close()
  }, 120_000)

  test('a mock in another folder is named in both logs, with the fix', async () => {
    const clone = path.join(app.folder, '../clone')
    const filter = (file: string) => path.basename(file) !== 'node_modules'
    fs.cpSync(app.folder, clone, { recursive: true, filter })
    fs.symlinkSync(path.join(app.folder, 'node_modules'), path.join(clone, 'node_modules'))
    const { url, output } = await watch()
    const mock = await cds(['mock', 'API_EQUIPMENT'], {}, clone)
    await registered('API_EQUIPMENT')
    const alice = client(url, basic('alice'))
    expect(await alice.get(EQUIPMENT)).toMatchObject({ status: 502 })
    alice.close()
    const { port } = new URL(mock.url)
    await output.printed(
      new RegExp(
        `ERR_REMOTE_UNAUTHORIZED .* the mock at port ${port} belongs to the landscape of another folder.* start "cds mock" in the folder`
      )
    )
    expect(output.text).not.toContain('CERTRULE')
    await mock.output.printed(/this mock belongs to the landscape of \S+clone\. Start "cds mock"/)
  }, 120_000)

  test('DEBUG=* prints no token and no secret', async () => {
    const { url, output } = await cds(['watch', '--livereload', 'false'], { DEBUG: '*' })
    const alice = client(url, basic('alice'))
    expect(await alice.get(EQUIPMENT)).toMatchObject({ status: 502 })
    alice.close()
    await output.printed(/ERR_REMOTE_UNREACHABLE/)
    expect(output.text).toMatch(/express:application/)
    expect(output.text).not.toMatch(/eyJ[\w-]{10}|client_?secret\W+\w/i)
  }, 120_000)

  test('emulator: false turns it off', async () => {
    const child = cds(['watch', '--livereload', 'false'], {
      cds_requires_auth_emulator: 'false'
    })
    const [watching] = running
    const output = new Output(watching!)
    await output.printed(/neither XSUAA nor Identity Authentication is bound/)
    await endGroup(watching!)
    await expect(child).rejects.toThrow(/ended before/)
  }, 120_000)
})

const basic = (user: string) => `Basic ${Buffer.from(`${user}:`).toString('base64')}`

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGTERM')
  await end(child)
}
