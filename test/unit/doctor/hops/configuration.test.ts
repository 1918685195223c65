import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { gatherFacts } from '../../../../src/doctor/facts.js'
import { configurationFindings } from '../../../../src/doctor/hops/configuration.js'
import { factsWith } from '../facts.js'

/** What is said about a required service with these options. */
function findingAbout(more: object) {
  const options = { kind: 'odata-v2', onBehalfOf: 'namedUser', ...more }
  const requires = { API: options }
  const services = [{ name: 'API', options, destination: undefined }]
  return configurationFindings(factsWith({ requires, services })).at(-1)
}

const NOWHERE = { credentials: { path: '/sap/opu/odata/sap/API' } }

test.each(['namedUser', 'currentUser'])('%s, and no address: to mend', (onBehalfOf) => {
  const option = 'cds.requires.API.credentials.destination'
  expect(findingAbout({ ...NOWHERE, onBehalfOf })).toMatchObject({
    subject: 'cds.requires.API',
    state: 'mend',
    cause: `${option} is not set, and there is no "url" in its place`,
    fix: `Set ${option}, or bind the service.`,
    code: 'ERR_CONFIGURATION'
  })
})

test.each<[string, object]>([
  ['has a destination', { credentials: { destination: 'S4', path: '/x' } }],
  ['has a url', { credentials: { url: 'https://api.example', forwardAuthToken: true } }],
  ['is mocked by CAP', {}],
  ['has a binding that is not known here', { ...NOWHERE, vcap: { label: 'x' } }],
  ['has a binding of cds bind that is not known here', { ...NOWHERE, binding: { type: 'cf' } }]
])('a service that %s is right', (_, options) => {
  expect(findingAbout(options)).toMatchObject({ state: 'ok', cause: 'called as namedUser' })
})

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cds-principal-doctor-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Row about a required service with these options. */
async function rowFor(options: object) {
  const requires = join(folder, 'requires.json')
  const auth = { kind: 'principal', impl: 'cds-principal/auth', emulator: false }
  writeFileSync(requires, JSON.stringify({ auth, S: options }))
  const facts = await gatherFacts({ project: folder, requires })
  return configurationFindings(facts).find(({ subject }) => subject === 'cds.requires.S')
}

const credentials = { url: 'https://agent.example' }

test.each<[string, object, RegExp]>([
  [
    'an agent that would get the token',
    { kind: 'mcp', credentials: { ...credentials, forwardAuthToken: true } },
    /an agent never gets the token of the request as it is/
  ],
  [
    'a delegation without a named user',
    { kind: 'rest', onBehalfOf: 'systemUser', delegation: true, credentials },
    /only calls on behalf of a "namedUser" have an author/
  ]
])('what stops the start is to be mended: %s', async (_, options, cause) => {
  const row = await rowFor(options)
  expect(row).toMatchObject({ state: 'mend', code: 'ERR_CONFIGURATION' })
  expect(row?.cause).toMatch(cause)
})

test('an agent with a URL alone is right', async () => {
  expect(await rowFor({ kind: 'a2a', credentials })).toMatchObject({ state: 'ok' })
})
