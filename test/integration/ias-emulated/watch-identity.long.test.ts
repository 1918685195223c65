import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { client } from '../../support/client.js'
import { end, Output, SAMPLE } from '../../support/sample.js'
import { claimsOf } from '../../../emulator/test/support/http.js'
import { processEnvironment } from '../../support/environment.js'

/** The sample as a developer has it, with two lines more in its configuration. */
function project(): string {
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-identity-'))
  for (const name of ['srv', 'db', 'package.json', 'tsconfig.json'])
    cpSync(join(SAMPLE, name), join(root, name), { recursive: true })
  cpSync(join(__dirname, 'app'), join(root, 'srv'), { recursive: true })
  symlinkSync(join(SAMPLE, 'node_modules'), join(root, 'node_modules'))
  const read = (name: string) => JSON.parse(readFileSync(join(SAMPLE, name), 'utf8'))
  const configuration = read('.cdsrc.json')
  Object.assign(configuration.requires.auth['[development]'].emulator, {
    identity: true,
    tenants: { acme: { users: { alice: {} } } }
  })
  writeFileSync(join(root, '.cdsrc.json'), JSON.stringify(configuration))
  const descriptor = { ...read('xs-security.json'), 'tenant-mode': 'shared' }
  writeFileSync(join(root, 'xs-security.json'), JSON.stringify(descriptor))
  return root
}

const CDS_SERVE = join(SAMPLE, 'node_modules/@sap/cds/bin/serve.js')
const CLI = join(SAMPLE, 'dist/cli/main.js')

let root: string
let server: ChildProcess

beforeEach(() => {
  root = project()
  server = spawn(process.execPath, ['--import', 'tsx', CDS_SERVE], {
    cwd: root,
    env: processEnvironment({ PORT: '0', CDS_TYPESCRIPT: 'tsx' }),
    stdio: ['ignore', 'pipe', 'pipe']
  })
})
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

test('emulator.identity binds Identity Authentication; cds-principal token prints its tokens', async () => {
  const output = new Output(server)
  await output.printed(/server listening on.*?localhost:\d+/s)
  const url = /http:\/\/localhost:\d+/.exec(output.text)?.[0] ?? ''
  const whoami = async (bearerToken: string) => {
    const one = client(url, `Bearer ${bearerToken}`)
    const { status, body } = await one.get('/odata/v4/change/whoami()')
    one.close()
    return status === 200 ? JSON.parse(body.value as unknown as string) : { status }
  }
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
}, 120_000)
