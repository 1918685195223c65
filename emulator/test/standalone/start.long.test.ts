import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attachLandscape } from '../../src/process/attach.js'
import { run, StartedCommand } from './started.js'

const LANDSCAPE = {
  users: { alice: { roles: ['Viewer'] }, bob: {} },
  xsSecurity: {
    xsappname: 'orders',
    scopes: [{ name: '$XSAPPNAME.Viewer' }],
    'role-templates': [{ name: 'Viewer', 'scope-references': ['$XSAPPNAME.Viewer'] }]
  }
}

let folder: string
let started: StartedCommand[]
beforeEach(() => {
  started = []
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'start-')))
  landscape(LANDSCAPE)
})
afterEach(async () => {
  for (const { process, ended } of started) {
    process.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true })
})

function landscape(content: unknown) {
  writeFileSync(join(folder, 'landscape.json'), JSON.stringify(content))
}

function start(...args: string[]) {
  const command = new StartedCommand(folder, args)
  started.push(command)
  return command
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>

test.each(['SIGINT', 'SIGHUP'] as const)(
  'it runs until %s, tools of the folder find it, and nothing is left',
  async (signal) => {
    const command = start()
    await command.line('Ctrl+C')
    expect(readdirSync(join(folder, '.cds-principal')).sort()).toEqual([
      ...['.cds-principal-emulator.json', '.env', '.gitignore', 'bindings'],
      ...['ca-bundle.pem', 'ca.pem', 'default-env.json', 'landscape-ca.pem']
    ])
    const { stdout } = await run(folder, 'token', 'alice')
    expect(claimsOf(stdout)).toMatchObject({
      user_name: 'alice',
      scope: expect.arrayContaining(['orders!t1.Viewer']) as unknown
    })
    const traced = await run(folder, 'trace')
    expect(traced.code).toBe(0)
    const { code, stdout: banner, stderr } = await command.end(signal)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(banner).toMatch(/Users +alice {2}Viewer\n +bob {4}no role\n/)
    expect(banner).toContain('set -a; . ./.cds-principal/.env; set +a')
    expect(banner).not.toMatch(/clientsecret|PRIVATE KEY/)
    expect(readdirSync(folder)).toEqual(['landscape.json'])
    const { code: none, stderr: text } = await run(folder, 'token', 'alice')
    expect({ none, text }).toEqual({
      none: 1,
      text: expect.stringContaining('start it with "npx cds-principal-emulator"') as unknown
    })
  }
)

test('--json prints one object without a secret; --file, --output and --project name the places', async () => {
  const file = join(folder, 'test.json')
  writeFileSync(file, JSON.stringify({ users: { carol: {} } }))
  const output = join(folder, 'files')
  const command = start('start', '--json', '--file', 'test.json', '--output', 'files')
  const line = await command.line('{')
  expect(JSON.parse(line)).toMatchObject({
    source: 'test.json',
    project: folder,
    output,
    defaultEnv: join(output, 'default-env.json'),
    environment: { SERVICE_BINDING_ROOT: join(output, 'bindings') },
    users: [{ name: 'carol' }]
  })
  expect(line).not.toMatch(/clientsecret|PRIVATE KEY/)
  const elsewhere = await run(tmpdir(), 'token', 'carol', '--project', folder)
  expect(claimsOf(elsewhere.stdout)).toMatchObject({ user_name: 'carol' })
  await command.end('SIGTERM')
  expect(existsSync(output)).toBe(false)
})

test('what a killed process has left is replaced; a second one in the folder is refused', async () => {
  const first = start()
  await first.line('Ctrl+C')
  const second = await run(folder, '--output', 'other')
  expect(second).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`a landscape is running for ${folder} already`) as unknown
  })
  await first.end('SIGKILL')
  const former = readFileSync(join(folder, '.cds-principal/.env'), 'utf8')
  const third = start()
  await third.line('Ctrl+C')
  expect(readFileSync(join(folder, '.cds-principal/.env'), 'utf8')).not.toBe(former)
  await third.end('SIGTERM')
  expect(readdirSync(folder)).toEqual(['landscape.json'])
})

test('a CAP server of the folder joins it as it is', async () => {
  await start().line('Ctrl+C')
  const joined = await attachLandscape({ root: folder, users: { erik: true } }, process.pid)
  expect(joined.users.map(({ name }) => name)).toEqual(['alice', 'bob'])
})

describe('mistakes stop the start', () => {
  const refusal = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(folder, ...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(readdirSync(folder)).not.toContain('.cds-principal')
    return stderr
  }

  test('in the file', async () => {
    landscape({ user: {} })
    expect(await refusal()).toContain('landscape.json: there is no option "user": did you mean')
    landscape({ ...LANDSCAPE, users: { alice: { roles: ['Veiwer'] } } })
    expect(await refusal()).toMatch(/"Veiwer".*did you mean "Viewer"/)
  })

  test('no landscape', async () => {
    rmSync(join(folder, 'landscape.json'))
    expect(await refusal()).toContain(`there is no landscape.json in ${folder}`)
    expect(await refusal('--file', 'other.json')).toContain('other.json: there is no such file')
  })

  test('CAP as a tool of an application makes no CAP project', async () => {
    rmSync(join(folder, 'landscape.json'))
    symlinkSync(join(__dirname, '../../../node_modules'), join(folder, 'node_modules'))
    const tool = { devDependencies: { '@sap/cds': '*', express: '*' } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(tool))
    expect(await refusal()).toContain('it is no CAP project')
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ dependencies: { '@sap/cds': '*' } })
    )
    expect(await run(folder, '--exec', 'true')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('for the CAP project') as unknown
    })
  })

  test('commands and options', async () => {
    expect(await refusal('tokn')).toContain('there is no command "tokn": did you mean "token"?')
    expect(await refusal('--fil', 'x')).toContain("unknown option '--fil'")
    expect(await refusal('--json', '--exec', 'true')).toContain('cannot be used with')
  })

  test("somebody else's file in the folder of --output", async () => {
    writeFileSync(join(folder, 'default-env.json'), '{"MINE":1}')
    expect(await refusal('--output', '.')).toContain('default-env.json is there')
    expect(readFileSync(join(folder, 'default-env.json'), 'utf8')).toBe('{"MINE":1}')
  })
})
