import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { installRotation } from '../../../../src/fleet/rotation/install.js'
import * as log from '../../../../src/lib/log.js'

jest.mock('../../../../src/lib/log.js')

const { SERVICE_BINDING_ROOT } = process.env
let root: string

beforeEach(() => {
  jest.useFakeTimers()
  root = mkdtempSync(join(tmpdir(), 'cds-principal-secrets-'))
  process.env['SERVICE_BINDING_ROOT'] = root
  mkdirSync(join(root, 'my-xsuaa'))
})

afterEach(async () => {
  await (cds as unknown as cds.Service).emit('shutdown')
  jest.useRealTimers()
  rmSync(root, { recursive: true })
  if (SERVICE_BINDING_ROOT === undefined) delete process.env['SERVICE_BINDING_ROOT']
  else process.env['SERVICE_BINDING_ROOT'] = SERVICE_BINDING_ROOT
})

function mount(clientid: string, clientsecret: string): void {
  writeFileSync(join(root, 'my-xsuaa', 'clientid'), clientid)
  writeFileSync(join(root, 'my-xsuaa', 'clientsecret'), clientsecret)
}

const minutes = (count: number) => {
  jest.advanceTimersByTime(count * 60_000)
  return jest.mocked(log.logWarning).mock.calls.flat()
}

test('files of another client: the log says which one and which one is used, once', () => {
  mount('sb-old', 'secret-1')
  const credentials = { clientid: 'sb-old', clientsecret: 'secret-1' }
  installRotation({ auth: { credentials } })
  expect(minutes(1)).toEqual([])
  mount('sb-new', 'secret-2')
  const [line, ...others] = minutes(3)
  expect(line).toMatch(/cds\.requires\.auth are of client "sb-new" now.* runs as client "sb-old"/)
  expect(line).not.toMatch(/secret-/)
  expect(others).toEqual([])
  expect(credentials).toEqual({ clientid: 'sb-old', clientsecret: 'secret-1' })
  mount('sb-third', 'secret-3')
  expect(minutes(1)).toHaveLength(2)
})
