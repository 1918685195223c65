import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'

import cds from '@sap/cds'

import {
  createAuthority,
  type TlsIdentity
} from '../../../../emulator/src/certificates/authority.js'
import { serviceBinding } from '../../../../src/destination/binding/binding.js'
import { installRotation } from '../../../../src/fleet/rotation/install.js'
import * as log from '../../../../src/lib/log.js'

jest.mock('../../../../src/lib/log.js')

const { SERVICE_BINDING_ROOT, VCAP_SERVICES } = process.env
const HOUR = 3_600_000
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
  jest.mocked(log.logWarning).mockClear()
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

describe('a certificate is about to end', () => {
  let own: TlsIdentity
  beforeAll(async () => {
    const authority = await createAuthority('CN=test')
    own = await authority.issue({ subject: [{ CN: ['app'] }], usage: 'client', validMs: HOUR })
  })
  afterEach(() => {
    if (VCAP_SERVICES === undefined) delete process.env['VCAP_SERVICES']
    else process.env['VCAP_SERVICES'] = VCAP_SERVICES
  })

  const credentialsOf = (clientid: string) => ({
    clientid,
    certificate: own.cert,
    key: own.key,
    url: 'https://subaccount.authentication.example',
    uri: 'https://destination.example'
  })
  const said = () => jest.mocked(log.logWarning).mock.calls.flat()
  const nearEnd = () => jest.setSystemTime(Date.now() + HOUR * 0.8)

  test('in credentials of a reuse service, and it is replaced in its file', () => {
    const uaa = { ...credentialsOf('sb-reuse') }
    mkdirSync(join(root, 'reuse'))
    writeFileSync(join(root, 'reuse', 'uaa'), JSON.stringify(uaa))
    nearEnd()
    installRotation({ REUSE: { credentials: { url: 'https://reuse.example', uaa } } })
    expect(said()).toEqual([
      expect.stringMatching(
        /binding of cds\.requires\.REUSE\.credentials\.uaa ends in 0 days.* without a restart/
      )
    ])
    const replaced = { ...uaa, certificate: undefined, key: undefined, clientsecret: 'new' }
    writeFileSync(join(root, 'reuse', 'uaa'), JSON.stringify(replaced))
    minutes(1)
    expect(uaa).toMatchObject({ clientid: 'sb-reuse', clientsecret: 'new' })
    expect(uaa).not.toHaveProperty('certificate')
  })

  test.each([
    [{}, [/binding of service "destination" \("d"\) ends in 0 days.* restage/]],
    // another entry is of the same client
    [{ destination: { credentials: { clientid: 'sb-platform' } } }, []]
  ])('in a binding that has no entry in the configuration: %#', async (requires, lines) => {
    const destination = [
      { name: 'd', label: 'destination', tags: [], credentials: credentialsOf('sb-platform') }
    ]
    process.env['VCAP_SERVICES'] = JSON.stringify({ destination })
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] })
    nearEnd()
    await serviceBinding('destination')
    installRotation(requires)
    expect(said()).toEqual([])
    await (cds as unknown as cds.Service).emit('listening')
    for (let turn = 0; turn < 10; turn++) await turnOfEventLoop()
    expect(said()).toEqual(lines.map((line) => expect.stringMatching(line) as string))
  })
})
