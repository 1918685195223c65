import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, StartedCommand } from './started.js'

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'exec-')))
  writeFileSync(join(folder, 'landscape.json'), '{ "users": { "alice": {} } }')
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]))

/** Shell command that runs a script of Node. */
const node = (script: string) => `"${process.execPath}" -e '${script}'`

test('the command has the environment, trusts the landscape, and its exit code is the exit code', async () => {
  const script = `
    const { url, clientid, clientsecret } = JSON.parse(process.env.VCAP_SERVICES).xsuaa[0].credentials
    const authorization = "Basic " + btoa(clientid + ":" + clientsecret)
    const body = new URLSearchParams({ grant_type: "client_credentials" })
    fetch(url + "/oauth/token", { method: "POST", headers: { authorization }, body }).then((res) => {
      console.log(res.status, Object.keys(process.env).filter((name) => /^(NODE_EXTRA|SERVICE_B|SSL_CERT_F|REQ|CURL_CA)/.test(name)).sort().join())
      process.exitCode = 7
    })`
  const { code, stdout, stderr } = await run(folder, '--exec', node(script))
  expect(stdout).toBe(
    '200 CURL_CA_BUNDLE,NODE_EXTRA_CA_CERTS,REQUESTS_CA_BUNDLE,SERVICE_BINDING_ROOT,SSL_CERT_FILE\n'
  )
  expect(code).toBe(7)
  expect(stderr).toContain('alice')
})

test.each(['SIGTERM', 'SIGHUP'] as const)(
  '%s reaches what the shell has started, and the landscape lasts until the command ends',
  async (signal) => {
    const script = `
      const { existsSync } = require("fs")
      const timer = setInterval(() => {}, 1000)
      process.on("${signal}", () => {
        console.log("got it", existsSync(process.env.NODE_EXTRA_CA_CERTS))
        clearInterval(timer)
        process.exitCode = 3
      })
      console.log("ready")`
    const command = new StartedCommand(folder, [
      '--quiet',
      '--exec',
      `${node(script)}; echo not reached`
    ])
    await command.line('ready')
    expect(await command.end(signal)).toEqual({
      code: 3,
      stdout: 'ready\ngot it true\n',
      stderr: ''
    })
  }
)

test('a command that a signal ends, and one that is not there, have the exit codes of a shell', async () => {
  const [killed, missing] = [
    await run(folder, '--quiet', '--exec', "sh -c 'kill -TERM $$'"),
    await run(folder, '--quiet', '--exec', 'no-such-command-here')
  ]
  expect([killed.code, missing.code]).toEqual([143, 127])
  expect(existsSync(join(folder, '.cds-principal'))).toBe(false)
})

test('neither CAP nor a library of SAP is needed', async () => {
  const file = join(folder, 'without.cjs')
  writeFileSync(
    file,
    `const Module = require('node:module')
    const resolve = Module._resolveFilename
    Module._resolveFilename = function (name, ...more) {
      if (/^@sap/.test(name)) throw Object.assign(new Error(name), { code: 'MODULE_NOT_FOUND' })
      return resolve.call(this, name, ...more)
    }`
  )
  const without = { NODE_OPTIONS: `--require ${file}` }
  const command = new StartedCommand(folder, ['--quiet', '--exec', 'echo it runs'], without)
  expect(await command.ended).toEqual({ code: 0, stdout: 'it runs\n', stderr: '' })
})
