import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readLandscapeFile } from '../../src/project/landscape-file.js'

const folder = mkdtempSync(join(tmpdir(), 'landscape-file-'))
const file = join(folder, 'landscape.json')

afterAll(() => rmSync(folder, { recursive: true }))

function read(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readLandscapeFile(file)
}

test('a file has the options of the landscape, and may name the schema', () => {
  const options = {
    users: { alice: { roles: ['Viewer'] }, bob: 'secret', '*': true },
    xsSecurity: 'config/xs-security.json',
    destinations: { S4: { URL: 'http://s4:443', ProxyType: 'OnPremise' } },
    onPremise: { 's4:443': { backend: 'backend.js', resources: [{ path: '/', subpaths: true }] } },
    identity: true,
    jobScheduler: { instance: 'jobs' },
    tenants: { acme: { users: { alice: true } } }
  }
  expect(read({ $schema: './schema/landscape.json', ...options })).toEqual(options)
  expect(read(`\uFEFF{}`)).toEqual({})
})

test.each([
  ['{', /^landscape.json: it is not JSON: /],
  [[], 'landscape.json: the content must be object'],
  [{ user: {} }, 'landscape.json: there is no option "user": did you mean "users"?'],
  [{ bind: true }, /^landscape.json: there is no option "bind": /],
  [{ users: [] }, 'landscape.json: users must be object'],
  [{ users: { alice: 3 } }, 'landscape.json: users.alice must be string or boolean or object'],
  [
    { users: { alice: { role: [] } } },
    'landscape.json: there is no option "role" in users.alice: did you mean "roles"?'
  ],
  [{ identity: { tokenValidity: 5 } }, 'landscape.json: identity.tokenValidity must be >= 60'],
  [
    { identity: { subjectNameIdentifier: 'name' } },
    'landscape.json: identity.subjectNameIdentifier must be one of userUuid, mail, loginName'
  ],
  [
    { onPremise: { 's4:443': { mocks: [{}] } } },
    `landscape.json: onPremise["s4:443"].mocks[0] must have required property 'service'`
  ],
  [
    { '[production]': {} },
    /^landscape.json: there is no option "\[production\]"/ // profiles are CAP's
  ]
])('%j is refused, with the option and what it should be', (content, message) => {
  expect(() => read(content)).toThrow(
    expect.objectContaining({
      code: 'ERR_EMULATOR_OPTIONS',
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown)
    })
  )
})

test('a file that is not there is named', () => {
  const missing = join(folder, 'other.json')
  expect(() => readLandscapeFile(missing)).toThrow('other.json: there is no such file')
})

test('the schema is that of the options in the CAP project', () => {
  const script = resolve(__dirname, '../../../scripts/landscape-schema.mjs')
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })
})
