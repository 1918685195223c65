import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { processEnvironment } from '../../support/environment.js'
import { allCommands, type Described, printed } from './commands.js'

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const JWT = [
  base64({ alg: 'RS256', kid: 'default-jwt-key' }),
  base64({ user_name: 'alice', exp: 1_790_000_000, iss: 'https://shop.example/oauth/token' }),
  'c2lnbmF0dXJl-T2ZUaGVUb2tlbl9XaXRoX3NvbWVfbGVuZ3Ro'
].join('.')
const OPAQUE = 'b7A1f0c9D4e28a36B5d7c1E90f4a2b6C8d3e5f71'

/** Ways to give a token to a command. */
function waysOf({ count, options }: Described, token: string): string[][] {
  const expected = Array.from({ length: count }, () => 'token')
  return [
    [token],
    [...expected, token],
    [...expected, `Bearer ${token}`],
    [`--${token}`],
    [`-${token}`],
    [`--unknown=${token}`],
    ['--unknown', token],
    ...options.flatMap((option) => [
      [...expected, `${option}=${token}`],
      [...expected, option, token]
    ])
  ]
}

const commands = allCommands()

test('both programs have their commands', () => {
  const names = commands.map(({ words }) => words.join(' '))
  expect(names).toEqual(
    expect.arrayContaining([
      'cds-principal explain',
      'cds-principal delegations init',
      'cds-principal emulator mock',
      'cds-principal-emulator job run'
    ])
  )
})

test.each([
  ['JWT', JWT],
  ['opaque token', OPAQUE]
])('no command prints an argument that can be a secret: %s', (_, token) => {
  const lines = commands.flatMap((each) =>
    waysOf(each, token).map((way) => [...each.words, ...way])
  )
  expect(lines.length).toBeGreaterThan(300)
  const parts = Array.from({ length: token.length - 11 }, (__, at) =>
    token.slice(at, at + 12).toLowerCase()
  )
  const leaks = printed(lines).flatMap((text, index) => {
    const found = text === '' || parts.some((part) => text.toLowerCase().includes(part))
    return found ? [`${lines[index]!.join(' ').replaceAll(token, '<token>')}: ${text}`] : []
  })
  expect(leaks).toEqual([])
})

const texts: [string, string][] = [
  ['lint letmein', "error: too many arguments for 'lint'. Expected 0 arguments but got 1."],
  ['trace --password=letmein', "error: unknown option '--password=…'"],
  ['trace -pletmein', "error: unknown option '-p…'"],
  [
    'lint --format letmein',
    "error: option '--format <format>' argument is invalid. Allowed choices are text, json, sarif."
  ],
  ['doctr', "error: unknown command 'doctr'\n(Did you mean doctor?)"],
  ['trace --jsn', "error: unknown option '--jsn'\n(Did you mean --json?)"],
  ['token alice --project .', 'alice grant password project .'],
  [`token alice --project ${__dirname}`, __dirname],
  ['explain 5f0c7a2e-8a34-4bd1-9e43-6d1d6b5f6a11', '5f0c7a2e-8a34-4bd1-9e43-6d1d6b5f6a11']
]

test('messages say what is wrong without the value, and other values are printed', () => {
  const results = printed(texts.map(([line]) => ['cds-principal', ...line.split(' ')]))
  expect(results).toEqual(texts.map(([, text]) => expect.stringContaining(text)))
})

test('bindings in place of their file are not printed', () => {
  const vcap = '{ "xsuaa": [{ "credentials": { "clientsecret": "short" } }] }'
  expect(printed([['cds-principal', 'doctor', '--vcap', vcap]])[0]).not.toMatch(/short|xsuaa/)
})

test.each([
  [['explain', 'token'], 'explain token'],
  [['explain'], 'explain token'],
  [['doctor', '--token'], 'doctor --token']
])('%j <token>: the token belongs on the standard input', (args, command) => {
  const cli = join(__dirname, '../../../dist/cli/main.js')
  const run = () =>
    execFileSync(process.execPath, [cli, ...args, JWT], {
      env: processEnvironment(),
      stdio: 'pipe',
      encoding: 'utf8'
    })
  expect(run).toThrow(
    `cds-principal: a token as argument stays in the history of the shell: pipe it ("… | npx cds-principal ${command}")`
  )
})

test('both packages have the same file', () => {
  const [own, other] = ['', 'emulator/'].map((folder) =>
    readFileSync(`${folder}src/cli/run-program.ts`, 'utf8')
  )
  expect(own).toBe(other)
})
