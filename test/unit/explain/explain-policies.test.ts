import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { explain } from '../../../src/explain/explain.js'
import { checkToken } from '../../../src/explain/token/check-token.js'
import { startIssuer, type TestIssuer } from './support/signed-tokens.js'
import { pipe, restoreStandardInput } from './support/standard-input.js'

type Module = typeof import('../../../src/explain/token/check-token.js')
const MODULE = '../../../src/explain/token/check-token.js'

jest.mock('../../../src/explain/token/check-token.js', () => ({
  ...jest.requireActual<Module>('../../../src/explain/token/check-token.js'),
  checkToken: jest.fn()
}))

let issuer: TestIssuer
let project: string
beforeAll(async () => {
  issuer = await startIssuer()
  project = mkdtempSync(join(tmpdir(), 'cds-principal-policies-'))
})
afterAll(async () => {
  await issuer.stop()
  rmSync(project, { recursive: true, force: true })
})
afterEach(restoreStandardInput)

/** Explains a token as if the issuer with this alias had issued it. */
async function explained(alias: string, ams?: object): Promise<string> {
  const own = { issuer: issuer.url, jwks: `${issuer.url}/keys`, audience: 'shop' }
  const auth = { kind: 'principal', impl: 'cds-principal/auth', emulator: false, issuers: { own } }
  const cds = { requires: { auth: { ...auth, ...(ams && { ams }) } } }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', cds }))
  jest.mocked(checkToken).mockImplementation(async (...parameters) => {
    const checked = await jest.requireActual<Module>(MODULE).checkToken(...parameters)
    const trusted = checked.trusted!
    return { ...checked, trusted: { ...trusted, issuer: { ...trusted.issuer, alias } } }
  })
  pipe(issuer.token())
  return (await explain('token', { project })).text
}

test('with AMS, it says that roles of policies are not known', async () => {
  expect(await explained('ias', {})).toMatch(/roles that the policies of the user bring \(AMS\)/)
  expect(await explained('xsuaa', {})).not.toMatch(/policies/)
  expect(await explained('ias')).not.toMatch(/policies/)
})
