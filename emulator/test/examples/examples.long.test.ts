import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { startEmulator } from '../../src/index.js'
import { viaProxy } from '../support/http.js'
import { runIn, writeExample, type Example } from './page.js'

let example: Example
afterEach(() => rmSync(example.folder, { recursive: true, force: true }))

/** True if a command of the machine prints the version that a page needs. */
function has(command: string, version: RegExp): boolean {
  try {
    const options = { encoding: 'utf8', stdio: 'pipe' } as const
    return version.test(execFileSync('sh', ['-c', command], options))
  } catch {
    return false
  }
}

const python = has('python3 --version', /Python 3\./)
const java = has('command -v keytool && java --version', /\b(1[7-9]|[2-9]\d)\.\d/)

describe.each([
  ['python', 'read_orders.py', python, 'python3'],
  ['java', 'ReadOrders.java', java, 'java 17 and keytool']
])('the page %s', (page, file, isThere, program) => {
  const run = isThere ? test : test.skip
  run(`runs as it is written${isThere ? '' : ` (skipped: there is no ${program})`}`, async () => {
    example = writeExample('backend', page)
    expect(example.files).toContain(file)
    const [command = ''] = example.blocks('sh')
    const { code, stdout, stderr } = await runIn(example, command)
    expect({ code, stderr: code ? stderr : '' }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(example.blocks('text')[0])
    expect(readdirSync(example.folder)).not.toContain('.cds-principal')
  })
})

test('the page express: its tests pass with node --test', async () => {
  example = writeExample('backend', 'express')
  const command = example.blocks('sh').find((each) => each.includes('node --test'))!
  const { code, stdout } = await runIn(example, command)
  expect({ code, stdout: code ? stdout : '' }).toEqual({ code: 0, stdout: '' })
  expect(stdout).toMatch(/pass 2\n/)
})

test('the page express: the server runs with the command, and answers the request of the page', async () => {
  example = writeExample('backend', 'express')
  const [, start = '', ask = ''] = example.blocks('sh')
  const environment = { ...process.env, PORT: '0' }
  const server = spawn('sh', ['-c', `exec ${start}`], {
    cwd: example.folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore']
  })
  try {
    const url = await listening(server.stdout)
    const curl = ask
      .replace('curl ', "curl -s --noproxy '*' ")
      .replace(/http:\/\/localhost:\d+/, url)
    const { stdout, stderr } = await runIn(example, curl)
    expect({ stdout, stderr }).not.toMatchObject({ stdout: '' })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(example.blocks('json')[0] ?? ''))
  } finally {
    server.kill('SIGTERM')
    await once(server, 'close')
    expect(readdirSync(example.folder)).not.toContain('.cds-principal')
  }
})

async function listening(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [url] = /http:\/\/localhost:\d+/.exec(line) ?? []
    if (url) return url
  }
  throw new Error('it has ended')
}

test('the page backend: the module knows the user, records, and goes by the clock', async () => {
  example = writeExample('backend')
  const emulator = await startEmulator({ root: example.folder, file: 'landscape.json' })
  try {
    const get = (user?: string) =>
      viaProxy(emulator, 'http://s4.internal:44300/orders', user === undefined ? {} : { user })
    expect((await get('alice')).status).toBe(200)
    expect(await emulator.s4.seenUsers()).toEqual(['alice'])
    expect(await emulator.system('s4.internal:44300').audit()).toMatchObject([
      { user: 'alice', subject: 'CN=alice', method: 'GET', path: '/orders', status: 200 }
    ])
    emulator.advanceTime(3 * 86_400)
    expect((await get('alice')).status).toBe(200)
  } finally {
    await emulator.stop()
  }
})
