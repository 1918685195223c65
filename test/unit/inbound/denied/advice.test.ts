import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { adviceFor } from '../../../../src/inbound/denied/advice.js'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-advice-'))
  const scopes = ['Technician', 'Supervisor'].map((name) => ({ name: `$XSAPPNAME.${name}` }))
  writeFileSync(join(root, 'xs-security.json'), JSON.stringify({ xsappname: 'x', scopes }))
  cds.root = root
  cds.env.requires.auth = {} as never
})
afterAll(() => rmSync(root, { recursive: true }))

const GIVE = 'Give the user a role collection with the role'

test.each<[string[], RegExp]>([
  [
    ['Technican'],
    /^Did you mean "Technician"\? No token can have the role "Technican": [^:]* Correct the name in the model, .* XSUAA instance\.$/
  ],
  [['Painter'], /^No token can have the role "Painter"/],
  [
    ['Technican', 'Supervisor'],
    new RegExp(`^Did you mean "Technician"\\?.* For "Supervisor": ${GIVE}`)
  ],
  [['Technician'], new RegExp(`^${GIVE}`)]
])('the next step for a missing role, of %j', (roles, advice) => {
  expect(adviceFor(roles, 'named', 'xsuaa')).toMatch(advice)
})
