import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { tokenOf } from '../../support/password-grant.js'
import { SAMPLE } from '../../support/sample.js'
import { doctor, type Report, type Row } from './command.js'

const S4 = {
  URL: 'http://s4.internal:44300',
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation',
  'sap-client': '100'
}
const S4_SYSTEM = {
  ...S4,
  Authentication: 'OAuth2TechnicalUserPropagation',
  clientId: 'sb-maintenance!t1'
}
/** The same virtual host, through a Cloud Connector that is not connected. */
const PLANT2 = { ...S4, CloudConnectorLocationId: 'PLANT2' }

const folder = mkdtempSync(join(tmpdir(), 'cds-principal-doctor-'))
const reports: Report[] = []
const secrets: string[] = []
let emulator: Emulator

beforeAll(async () => {
  emulator = await startLandscape({ identity: true, destinations: { S4, S4_SYSTEM, PLANT2 } })
  writeFileSync(join(folder, 'ca.pem'), emulator.ca)
})
afterAll(async () => {
  await emulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Environment of the sample where its services are bound, as on BTP. */
function bound(change: (services: any) => unknown = () => undefined): NodeJS.ProcessEnv {
  const services = structuredClone(emulator.vcapServices()) as unknown as Record<string, any[]>
  change(services)
  const all = Object.values(services).flat()
  secrets.push(...all.flatMap(({ credentials }) => credentials.clientsecret ?? []))
  const ca = join(folder, 'ca.pem')
  return { VCAP_SERVICES: JSON.stringify(services), NODE_EXTRA_CA_CERTS: ca }
}

async function examined(args: string[], env: NodeJS.ProcessEnv, input = ''): Promise<Report> {
  const report = await doctor(SAMPLE, args, { env, input })
  reports.push(report)
  return report
}

const rowsOf = ({ rows }: Report, hop: string) => rows.filter((row: Row) => row.hop === hop)
const states = (rows: Row[]) => [...new Set(rows.map(({ state }) => state))]

test('with the token of a user, every hop is called, and right', async () => {
  const token = await tokenOf(emulator, 'alice')
  secrets.push(token)
  const report = await examined(['--token'], bound(), `Bearer ${token}\n`)
  expect(report.rows.filter(({ state }) => state === 'mend')).toEqual([])
  expect(report.status).toBe(0)
  expect(rowsOf(report, 'tokens')).toMatchObject(
    ['xsuaa', 'identity', 'destination', 'connectivity'].map((label) => ({
      subject: expect.stringContaining(label),
      state: 'ok',
      cause: 'called: a token came'
    }))
  )
  expect(states(rowsOf(report, 'destinations'))).toEqual(['ok'])
  expect(states(rowsOf(report, 'connection'))).toEqual(['ok'])
  expect(rowsOf(report, 'as you')).toMatchObject([
    { subject: 'your token', state: 'ok', cause: expect.stringContaining('a named user') },
    { subject: '"API_EQUIPMENT"', state: 'ok' },
    { subject: '"API_FUNCTIONALLOCATION"', state: 'ok' }
  ])
  expect(rowsOf(report, 'roles')).toContainEqual(
    expect.objectContaining({
      subject: 'your token',
      state: 'ok',
      cause: expect.stringContaining('Technician')
    })
  )
  const clocks = rowsOf(report, 'trust').filter(({ subject }) => subject.startsWith('clock'))
  expect(clocks.length).toBeGreaterThan(2)
  expect(states(clocks)).toEqual(['ok'])
})

test('a user without a role whom the system does not know: both are named', async () => {
  const token = await tokenOf(emulator, 'eve')
  secrets.push(token)
  const report = await examined(['--token'], bound(), token)
  expect(rowsOf(report, 'roles')).toContainEqual(
    // a service of the sample asks for no role
    expect.objectContaining({ state: 'warning', code: 'ERR_ROLE_MISSING' })
  )
  const toMend = report.rows.filter(({ state }) => state === 'mend')
  expect(toMend).toMatchObject([
    { hop: 'as you', subject: '"API_EQUIPMENT"', code: 'ERR_REMOTE_UNAUTHORIZED' },
    { hop: 'as you', subject: '"API_FUNCTIONALLOCATION"', code: 'ERR_REMOTE_UNAUTHORIZED' }
  ])
  expect(states(rowsOf(report, 'connection'))).toEqual(['ok'])
})

test('a wrong secret: the failed call is named, and what it hides is unknown', async () => {
  const env = bound(({ destination }) => (destination[0].credentials.clientsecret = 'wr0ng-s3cret'))
  const report = await examined(['--probe'], env)
  const first = report.rows.find(({ state }) => state === 'mend')
  expect(first).toMatchObject({
    hop: 'tokens',
    subject: expect.stringMatching(/^destination /),
    cause: expect.stringMatching(/POST to the token service at localhost:\d+.*not accepted/),
    sent: 'answer 401',
    fix: expect.stringContaining('bind it again')
  })
  const named = rowsOf(report, 'destinations').filter(({ subject }) =>
    subject.startsWith('destination')
  )
  expect(states(named)).toEqual(['unknown'])
  const calls = rowsOf(report, 'connection').filter(({ subject }) => subject.includes('API_'))
  expect(states(calls)).toEqual(['unknown'])
  expect(report.status).toBe(1)
})

test('a wrong secret of the Connectivity service hides the systems behind the Cloud Connector only', async () => {
  const token = await tokenOf(emulator, 'alice')
  secrets.push(token)
  const env = bound(({ connectivity: [binding] }) => {
    binding.credentials.clientsecret = 'wr0ng-s3cret-2'
  })
  const report = await examined(['--token'], env, token)
  expect(report.rows.filter(({ state }) => state === 'mend')).toMatchObject([
    { hop: 'tokens', subject: expect.stringMatching(/^connectivity/), sent: 'answer 401' }
  ])
  expect(rowsOf(report, 'connection').map(({ subject, state }) => [subject, state])).toEqual([
    ['"API_EQUIPMENT"', 'unknown'],
    ['"API_FUNCTIONALLOCATION"', 'unknown'],
    ['"API_EQUIPMENT_SYSTEM"', 'unknown'],
    ['"jobscheduler"', 'ok']
  ])
})

test('bindings in the configuration of a profile are used where no environment has them', async () => {
  const { VCAP_SERVICES, ...env } = bound()
  const services = JSON.parse(String(VCAP_SERVICES)) as Record<string, any[]>
  const requires = Object.fromEntries(
    ['xsuaa', 'destination', 'connectivity'].map((label) => {
      const [{ credentials }] = services[label]!
      return [label === 'xsuaa' ? 'auth' : label, { vcap: { label }, credentials }]
    })
  )
  const hybrid = JSON.stringify({ '[hybrid]': { requires } })
  const report = await examined(['--profile', 'hybrid'], { ...env, CDS_CONFIG: hybrid })
  expect(rowsOf(report, 'tokens')).toMatchObject([
    { subject: expect.stringContaining('xsuaa'), state: 'ok' },
    { subject: expect.stringContaining('destination'), state: 'ok' },
    { subject: expect.stringContaining('connectivity'), state: 'ok' }
  ])
  expect(report.status).toBe(0)
})

test('without --probe and without a token, no system is called', async () => {
  const before = emulator.connections.connectivity
  const report = await examined([], bound())
  expect(emulator.connections.connectivity).toBe(before)
  expect(states(rowsOf(report, 'connection'))).toEqual(['unknown'])
  expect(report.status).toBe(0)
})

test('a path that the Cloud Connector does not expose, and a destination that is misspelt', async () => {
  const requires = {
    API_EQUIPMENT_SYSTEM: { credentials: { path: '/sap/bc/secret' } },
    API_FUNCTIONALLOCATION: { credentials: { destination: 'S4_SYSTEMS' } }
  }
  const env = { ...bound(), CDS_CONFIG: JSON.stringify({ requires }) }
  const report = await examined(['--probe'], env)
  expect(rowsOf(report, 'destinations')).toContainEqual(
    expect.objectContaining({
      subject: 'destination "S4_SYSTEMS"',
      state: 'mend',
      expected: 'S4_SYSTEM',
      code: 'ERR_DESTINATION_NOT_FOUND'
    })
  )
  expect(rowsOf(report, 'connection')).toContainEqual(
    expect.objectContaining({
      subject: '"API_EQUIPMENT_SYSTEM"',
      state: 'mend',
      code: 'ERR_REMOTE_NOT_EXPOSED',
      fix: expect.stringContaining('Cloud To On-Premise')
    })
  )
})

test('a service without a path, of a system whose root is not exposed: nothing to mend', async () => {
  const other = {
    kind: 'rest',
    onBehalfOf: 'systemUser',
    credentials: { destination: 'S4_SYSTEM' }
  }
  const env = { ...bound(), CDS_CONFIG: JSON.stringify({ requires: { OTHER: other } }) }
  const report = await examined(['--probe'], env)
  expect(rowsOf(report, 'connection')).toContainEqual(
    expect.objectContaining({
      subject: '"OTHER"',
      state: 'warning',
      cause: expect.stringContaining('not its root')
    })
  )
  expect(report.status).toBe(0)
})

test('of two destinations with one virtual host, only the one whose Cloud Connector is missing is blamed', async () => {
  const token = await tokenOf(emulator, 'alice')
  secrets.push(token)
  const path = '/sap/opu/odata/sap/API_EQUIPMENT'
  const credentials = { destination: 'PLANT2', path }
  const requires = { PLANT2: { kind: 'odata-v2', onBehalfOf: 'namedUser', credentials } }
  const env = { ...bound(), CDS_CONFIG: JSON.stringify({ requires }) }
  const report = await examined(['--token'], env, token)
  expect(report.rows.filter(({ state }) => state === 'mend' || state === 'warning')).toMatchObject([
    { hop: 'connection', subject: '"PLANT2"', code: 'ERR_REMOTE_CLOUD_CONNECTOR' }
  ])
  expect(rowsOf(report, 'connection')).toContainEqual(
    expect.objectContaining({ subject: '"API_EQUIPMENT"', state: 'ok' })
  )
})

test('a token of another issuer is refused with its code, and nothing is called as the user', async () => {
  const [header = '', , signature = ''] = (await tokenOf(emulator, 'alice')).split('.')
  const payload = Buffer.from('{"iss":"https://elsewhere.example"}').toString('base64url')
  const report = await examined(['--token'], bound(), `${header}.${payload}.${signature}`)
  expect(rowsOf(report, 'as you')).toMatchObject([
    { state: 'mend', code: 'ERR_TOKEN_ISSUER' },
    { state: 'unknown' },
    { state: 'unknown' }
  ])
})

test('no report has a token or a secret', () => {
  expect(reports).toHaveLength(10)
  const printed = reports.map(({ text }) => text).join('\n')
  expect(secrets.length).toBeGreaterThan(10)
  expect(secrets.filter((secret) => printed.includes(secret))).toEqual([])
  expect(printed).not.toMatch(/eyJ[\w-]+\.|alice|eve\b/i)
})
