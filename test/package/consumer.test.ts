import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { client } from '../support/client.js'
import { end, Output } from '../support/sample.js'
import { environment, installApp, type InstalledApp } from './installed-app.js'

const root = path.resolve(__dirname, '../..')
const CDS = path.join(root, 'node_modules/@sap/cds-dk/bin/cds.js')
const EQUIPMENT = '/odata/v4/plant/Equipment'

let app: InstalledApp
beforeAll(() => {
  app = installApp('plant-app', ['@cap-js/sqlite@^3', '@cap-js/cds-test@^1'])
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8')
  const [, test] = /```js\n\/\/ (?:test\/principal\.test\.js)\n([^]*?)```/.exec(readme) ?? []
  fs.mkdirSync(path.join(app.folder, 'test'))
  fs.writeFileSync(path.join(app.folder, 'test/principal.test.js'), test!)
}, 300_000)
afterAll(() => {
  app?.remove()
})

describe("the README's test, in a project with an imported service and nothing else", () => {
  const file = () => path.join(app.folder, 'test/principal.test.js')

  test('is ten lines', () => {
    const lines = fs
      .readFileSync(file(), 'utf8')
      .split('\n')
      .filter((line) => /\w/.test(line))
    expect(lines.length).toBeLessThanOrEqual(10)
  })

  test.each([
    ['node --test', ['--test', '--test-reporter=tap'], /^# pass 1$/m],
    [
      'jest',
      [path.join(root, 'node_modules/jest/bin/jest.js'), '--silent', '--testEnvironment=node'],
      /(?:)/
    ]
  ])('passes with %s', (_runner, args, printed) => {
    const rootDir = args.length > 2 ? ['--rootDir', app.folder] : []
    expect(app.node([...args, ...rootDir])).toMatch(printed)
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
    fs.writeFileSync(file(), passing.replace("{ username: 'alice' }", "{ username: 'bob' }"))
    expect(failure()).toMatch(/^not ok 1 - alice's change/m)
    fs.writeFileSync(file(), passing)
    const lost = 'srv.tx({ user: cds.User.privileged }, (tx) => s4.tx(tx).run(req.query))'
    fs.writeFileSync(service, source.replace('s4.run(req.query)', lost))
    expect(failure()).toMatch(/^not ok 1 - alice's change/m)
    fs.writeFileSync(service, source)
  })
})

describe('cds watch in that project', () => {
  const running: ChildProcess[] = []
  afterEach(async () => {
    for (const child of running.splice(0)) await endGroup(child)
  })

  /** CAP's registry of mocks is in the home folder: one of its own keeps other projects out. */
  async function cds(command: string[], env: NodeJS.ProcessEnv = {}) {
    const home = path.join(app.folder, '..')
    const child = spawn(process.execPath, [CDS, ...command], {
      cwd: app.folder,
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

  test("the mock behind it sees CAP's mocked users", async () => {
    const { url, output } = await watch()
    expect(output.text).toMatch(/alice +admin/)
    const [alice, bob] = ['alice', 'bob'].map((user) => client(url, basic(user)))
    const missing = await alice!.get(EQUIPMENT)
    expect(missing.status).toBe(502)
    await output.printed(/ERR_REMOTE_UNREACHABLE.*cds mock API_EQUIPMENT/)

    const mock = await cds(['mock', 'API_EQUIPMENT'])
    await registered('API_EQUIPMENT')
    const created = await alice!.post(EQUIPMENT, { ID: '1', name: 'Pump' })
    expect(created).toMatchObject({ status: 201, body: { changedBy: 'alice' } })
    await bob!.patch(`${EQUIPMENT}('1')`, { name: 'Pump, repaired' })
    const { body } = await alice!.get(EQUIPMENT)
    expect(body.value).toEqual([{ ID: '1', name: 'Pump, repaired', changedBy: 'bob' }])

    // straight to the mock: nobody, and no certificate but the Cloud Connector's
    const direct = '/odata/v4/api-equipment/Equipment'
    const nobody = client(mock.url)
    const anonymous = await nobody.post(direct, { Equipment: '2' })
    expect(anonymous.body).toMatchObject({ LastChangedByUser: 'anonymous' })
    const forged = await fetch(mock.url + direct, { headers: { SSL_CLIENT_CERT: 'AAAA' } })
    expect(forged.status).toBe(401)
    for (const each of [alice, bob, nobody]) each!.close()
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
