import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const PAGE = join(__dirname, '../../page')

/** Runs a module of the page, which is one for browsers. */
function run(file: string, expression: string, ...parameters: unknown[]): any {
  const code = `
    import * as page from ${JSON.stringify(join(PAGE, file))}
    const parameters = ${JSON.stringify(parameters)}
    console.log(JSON.stringify(page.${expression}(...parameters) ?? null))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8'
  })
  if (!stdout) throw new Error(stderr)
  return JSON.parse(stdout)
}

const trace = (request: object, more: object = {}) => ({
  id: 1,
  failed: false,
  calls: [],
  hops: [],
  request: {
    method: 'POST',
    path: '/x',
    principal: 'named',
    user: 'alice',
    status: 200,
    service: 'S',
    ...request
  },
  ...more
})

/** Returns what a shell gives to the commands of a text: a line for each argument. */
function argumentsIn(text: string): string[] {
  const functions = `curl() { printf '%s\\n' "$@"; }; npx() { printf '%s|' "$@"; };`
  const { stdout } = spawnSync('sh', ['-c', functions + text], { encoding: 'utf8' })
  return stdout.trim().split('\n')
}

test('the line for curl gets a token by its command, and has none', () => {
  const text: string = run('snippets.js', 'asCurl', trace({}), 'http://localhost:4004')
  expect(argumentsIn(text)).toEqual([
    '-i',
    '-X',
    'POST',
    '-H',
    'Authorization: Bearer cds-principal|token|alice|',
    '-H',
    'Content-Type: application/json',
    '-d',
    '{}',
    'http://localhost:4004/x'
  ])
})

test.each([`/a'b`, '/$(id)', '/`id`', `/';id;'`, '/a b"c\\', '/x;id #'])(
  'a path stays one argument of the shell: %s',
  (path) => {
    const request = trace({ path, user: `o'neil $(id)` })
    const text: string = run('snippets.js', 'asCurl', request, 'http://localhost:1')
    const sent = argumentsIn(text)
    expect(sent.at(-1)).toBe(`http://localhost:1${path}`)
    expect(sent[4]).toBe(`Authorization: Bearer cds-principal|token|o'neil $(id)|`)
  }
)

test('technical and anonymous requests', () => {
  const technical = run(
    'snippets.js',
    'asCurl',
    trace({ principal: 'technical', method: 'GET' }),
    ''
  )
  expect(technical).toContain('TOKEN=$(npx cds-principal token --grant client_credentials)')
  const anonymous = run('snippets.js', 'asCurl', trace({ principal: 'anonymous' }), '')
  expect(anonymous).not.toMatch(/TOKEN|Authorization/)
})

test.each<[object, string, string]>([
  [{ tenant: 't1' }, 'alice|--tenant|t1|', "{ user: 'alice', tenant: 't1' }"],
  [
    { tenant: 't1', principal: 'technical', user: 'system' },
    '--grant|client_credentials|--tenant|t1|',
    "{ tenant: 't1' }"
  ],
  [
    { tenant: 't1', issuer: 'ias' },
    'alice|--issuer|ias|--tenant|t1|',
    "{ user: 'alice', issuer: 'ias', tenant: 't1' }"
  ],
  [{ tenant: 'provider', issuer: 'xsuaa' }, 'alice|', "{ user: 'alice' }"],
  [{ tenant: 'provider', principal: 'technical' }, '--grant|client_credentials|', '{}']
])('the token is one of the same tenant and issuer: %j', (request, command, options) => {
  const curl: string = run('snippets.js', 'asCurl', trace(request), 'http://x', 'provider')
  expect(argumentsIn(curl)[4]).toBe(`Authorization: Bearer cds-principal|token|${command}`)
  const code: string = run('snippets.js', 'asTest', trace(request), 'provider')
  expect(code).toContain(`emulator.issueToken(${options})`)
})

test.each([`/a'b`, '/a\\', '/`${x}`', `/');throw 1;('`])(
  'a path is one text of the test: %s',
  (path) => {
    const code: string = run('snippets.js', 'asTest', trace({ path }))
    const sent: string[] = []
    const fetch = (url: string) => sent.push(url)
    const [, line = ''] = /await (fetch\(.*\))$/m.exec(code) ?? []
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the line that the page offers
    new Function('fetch', 'app', 'token', line)(fetch, { url: '' }, '')
    expect(sent).toEqual([path])
  }
)

test('the test is an ES module for node --test, and the server starts behind the emulator', () => {
  const code: string = run('snippets.js', 'asTest', trace({}))
  expect(code).not.toMatch(/require|__dirname|expect\(/)
  expect(code.indexOf('startEmulator({')).toBeLessThan(code.indexOf('cds.test('))
  expect(code).toContain("import { startEmulator } from 'cds-principal/emulator'")
})

test('a failure is compared with the last success of the same service', () => {
  const failed = trace({ status: 403, roles: ['Viewer'] }, { id: 3, failed: true })
  const others = [
    trace({ roles: ['A'] }, { id: 1 }),
    trace({ roles: ['Technician'] }, { id: 2 }),
    trace({ service: 'OTHER' }, { id: 4 })
  ]
  const success = run('compare.js', 'lastSuccess', failed, [...others, failed])
  expect(success.id).toBe(2)
  expect(run('compare.js', 'differences', failed, success)).toEqual([
    ['status', '403', '200'],
    ['roles', 'Viewer', 'Technician']
  ])
})
