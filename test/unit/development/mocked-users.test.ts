import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { warnOfXsuaaUsers } from '../../../src/development/mocked-users.js'
import { logWarning } from '../../../src/lib/log.js'

jest.mock('../../../src/lib/log.js')

const { root } = cds
beforeEach(() => {
  jest.mocked(logWarning).mockClear()
  cds.root = mkdtempSync(join(tmpdir(), 'cds-principal-mocked-users-'))
})
afterEach(() => {
  rmSync(cds.root, { recursive: true })
  cds.root = root
})

const addDescriptor = () => writeFileSync(join(cds.root, 'xs-security.json'), '{}')
const auth = { vcap: { label: 'identity' } }

test.each([
  ['what "cds add principal,ias" writes', { identity: true }],
  ['the label', { auth }]
])('Identity Authentication only, by %s: a warning with the command', (_, requires) => {
  warnOfXsuaaUsers(requires)
  expect(logWarning).toHaveBeenCalledTimes(1)
  expect(logWarning).toHaveBeenCalledWith(
    expect.stringMatching(/users? of the emulated XSUAA.*cds-principal token <user> --issuer ias/)
  )
})

test('the label, also beside an xs-security.json', () => {
  addDescriptor()
  warnOfXsuaaUsers({ auth })
  expect(logWarning).toHaveBeenCalledTimes(1)
})

test.each<[string, Parameters<typeof warnOfXsuaaUsers>[0]]>([
  ['XSUAA beside Identity Authentication', { identity: true, auth: { vcap: { label: 'xsuaa' } } }],
  ['XSUAA beside the label', { auth, xsuaa: true }],
  ['XSUAA only', {}]
])('no warning: %s', (_, requires) => {
  addDescriptor()
  warnOfXsuaaUsers(requires)
  expect(logWarning).not.toHaveBeenCalled()
})
