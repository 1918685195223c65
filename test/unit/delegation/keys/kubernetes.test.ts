import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { initDelegations } from '../../../../emulator/src/cli/delegations-init.js'
import { assertionKeys, recordKeys } from '../../../../src/delegation/keys/keys.js'
import type { DelegatedService } from '../../../../src/delegation/options.js'
import { cdsRequires } from '../../destination/support/cds-requires.js'

const CONFIGURED = { requires: { 'delegation-keys': { vcap: { name: 'delegation-keys' } } } }

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'kubernetes-'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'app', cds: CONFIGURED }))
  process.env.SERVICE_BINDING_ROOT = join(project, 'bindings')
})
afterEach(() => {
  delete process.env.SERVICE_BINDING_ROOT
  jest.restoreAllMocks()
  rmSync(project, { recursive: true })
})

/** Runs the command, and returns what it prints. */
async function init(rotate = false): Promise<string> {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
  const out = join(project, 'keys.json')
  await initDelegations({ out, origin: 'delegation', days: '365', project, rotate })
  return String(log.mock.calls.at(-1)?.[0])
}

let mounts = 0

/** Follows the printed steps, and mounts the secret as Kubernetes does: by links to a folder that is exchanged. */
function mount(steps: string): void {
  const [, commands = '', options = ''] =
    /Kubernetes +(node -e [\s\S]*?)\n +kubectl create secret generic delegation-keys ([\s\S]*?)\n +Mount/.exec(
      steps
    ) ?? []
  const path = `${join(process.execPath, '..')}:${process.env.PATH ?? ''}`
  execFileSync('sh', ['-c', commands], { cwd: project, env: { ...process.env, PATH: path } })
  const folder = join(project, 'bindings', 'delegation-keys')
  const version = `..${String(++mounts)}`
  mkdirSync(join(folder, version), { recursive: true })
  rmSync(join(folder, '..data'), { force: true })
  symlinkSync(version, join(folder, '..data'))
  for (const [, kind, name = '', value = ''] of options.matchAll(
    /--from-(\w+)=(\w+)(?:=(\S+))?/g
  )) {
    const content = kind === 'file' ? readFileSync(join(project, name)) : value
    writeFileSync(join(folder, version, name), content)
    rmSync(join(folder, name), { force: true })
    symlinkSync(join('..data', name), join(folder, name))
  }
}

/** The keys of a process that starts now. */
async function keysOfProcess() {
  const { requires } = (cds.env as unknown as { for(name: string, root: string): Environment }).for(
    'cds',
    project
  )
  cdsRequires({ keys: { credentials: requires['delegation-keys']?.credentials } })
  const { kid, publicKeys } = await recordKeys('keys')
  const service = { name: 'S4', credentials: 'keys' } as DelegatedService
  return { kid, known: [...publicKeys.keys()], asserts: assertionKeys(service).length }
}

interface Environment {
  readonly requires: Readonly<Record<string, { credentials?: object } | undefined>>
}

test('the printed steps make a secret whose keys an application reads, also after a rotation', async () => {
  const steps = await init()
  mount(steps)
  const first = await keysOfProcess()
  expect(first).toEqual({ kid: expect.any(String) as string, known: [first.kid], asserts: 1 })
  expect(await init(true)).toContain('In Kubernetes, replace the secret')
  mount(steps)
  const added = await keysOfProcess()
  expect(added).toMatchObject({ kid: first.kid, asserts: 2 })
  expect(added.known).toHaveLength(2)
  await init(true)
  mount(steps)
  expect((await keysOfProcess()).kid).not.toBe(first.kid)
})
