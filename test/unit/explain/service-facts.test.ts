import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { platformServices } from '../../../src/explain/codes/service-facts.js'

const VARIABLES = ['VCAP_SERVICES', 'VCAP_SERVICES_FILE_PATH', 'SERVICE_BINDING_ROOT']
const folder = mkdtempSync(join(tmpdir(), 'cds-principal-services-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name)
})

const values = async () => (await platformServices())[0]!.values
const destination = { clientid: 'c', clientsecret: 's', uri: 'https://destination.example' }

test('services that are bound in a variable', async () => {
  const binding = {
    name: 'my-destination',
    label: 'destination',
    tags: [],
    credentials: destination
  }
  process.env['VCAP_SERVICES'] = JSON.stringify({ destination: [binding] })
  expect(await values()).toEqual([
    'destination: bound as my-destination',
    'connectivity: not bound'
  ])
})

test('services that are bound in files', async () => {
  const secret = join(folder, 'mounted-destination')
  mkdirSync(secret)
  for (const [name, text] of Object.entries({ type: 'destination', ...destination }))
    writeFileSync(join(secret, name), text)
  process.env['SERVICE_BINDING_ROOT'] = folder
  expect(await values()).toEqual([
    'destination: bound as mounted-destination',
    'connectivity: not bound'
  ])
})
