import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { client } from '../../support/client.js'
import { end, Output, SAMPLE } from '../../support/sample.js'
import { claimsOf } from '../../../emulator/test/support/http.js'
import { processEnvironment } from '../../support/environment.js'

interface Requires {
  identity?: true
  auth: { '[development]': { emulator: object } }
}

/** The sample as a developer has it, with a change of its configuration. */
function project(change: (requires: Requires) => void): string {
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-identity-'))
  for (const name of ['srv', 'db', 'package.json', 'tsconfig.json'])
    cpSync(join(SAMPLE, name), join(root, name), { recursive: true })
  cpSync(join(__dirname, 'app'), join(root, 'srv'), { recursive: true })
  symlinkSync(join(SAMPLE, 'node_modules'), join(root, 'node_modules'))
  const read = (name: string) => JSON.parse(readFileSync(join(SAMPLE, name), 'utf8'))
  const configuration = read('.cdsrc.json')
  change(configuration.requires)
  writeFileSync(join(root, '.cdsrc.json'), JSON.stringify(configuration))
  if (configuration.requires.identity) return root // cds add principal,ias writes no xs-security.json
  const descriptor = { ...read('xs-security.json'), 'tenant-mode': 'shared' }
  writeFileSync(join(root, 'xs-security.json'), JSON.stringify(descriptor))
  return root
}

const CDS_SERVE = join(SAMPLE, 'node_modules/@sap/cds/bin/serve.js')
const CLI = join(SAMPLE, 'dist/cli/main.js')

let root: string
let server: ChildProcess

/** Starts it, and returns its output and address. */
async function start(change: (requires: Requires) => void) {
  root = project(change)
  server = spawn(process.execPath, ['--import', 'tsx', CDS_SERVE], {
    cwd: root,
    env: processEnvironment({ PORT: '0', CDS_TYPESCRIPT: 'tsx' }),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = new Output(server)
  await output.printed(/server listening on.*?localhost:\d+/s)
  return { output, url: /http:\/\/localhost:\d+/.exec(output.text)?.[0] ?? '' }
}
afterEach(async () => {
  await end(server)
  rmSync(root, { recursive: true, force: true })
})

function token(...args: string[]): string {
  const all = [CLI, 'token', ...args, '--project', root]
  const { stdout, stderr, status } = spawnSync(process.execPath, all, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

async function whoamiAt(url: string, bearerToken: string) {
  const one = client(url, `Bearer ${bearerToken}`)
  const { status, body } = await one.get('/odata/v4/change/whoami()')
  one.close()
  return status === 200 ? JSON.parse(body.value as unknown as string) : { status }
}

test('emulator.identity binds Identity Authentication; cds-principal token prints its tokens', async () => {
  const { url, output } = await start(({ auth }) => {
    Object.assign(auth['[development]'].emulator, {
      identity: true,
      tenants: { acme: { users: { alice: {} } } }
    })
  })
  const whoami = (bearerToken: string) => whoamiAt(url, bearerToken)
  const ias = token('alice', '--issuer', 'ias')
  expect(claimsOf(ias)).toMatchObject({ preferred_username: 'alice', sap_id_type: 'user' })
  expect(await whoami(ias)).toMatchObject({ id: claimsOf(ias).sub })
  expect(await whoami(token('alice', '--tenant', 'acme', '--issuer', 'ias'))).toMatchObject({
    tenant: 'acme'
  })
  expect(await whoami(token('alice', '--tenant', 'acme'))).toMatchObject({
    id: 'alice',
    tenant: 'acme'
  })
  expect(await whoami(token('alice'))).toMatchObject({ id: 'alice' })
  expect(() => token('zoe', '--issuer', 'ias')).toThrow('there is no user "zoe"')
  expect(output.text).not.toContain('no XSUAA')
}, 120_000)

test('requires.identity does so as well, and the start warns that "curl -u" is not Identity Authentication', async () => {
  const { url, output } = await start((requires) => {
    requires.identity = true
  })
  const ias = token('alice', '--issuer', 'ias')
  expect(await whoamiAt(url, ias)).toMatchObject({ id: claimsOf(ias).sub })
  expect(await whoamiAt(url, token('alice'))).toMatchObject({ id: 'alice' })
  expect(output.text).toMatch(/has Identity Authentication and no XSUAA.*--issuer ias/)
}, 120_000)
