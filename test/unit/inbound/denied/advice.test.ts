import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { setAttachedLandscape } from '../../../../emulator/src/process/attached.js'
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

describe('in the emulated landscape', () => {
  const users = ['alice', 'bob'].map((name) => ({ name, roles: [], attr: {} }))
  beforeEach(() => setAttachedLandscape({ users } as never))
  afterEach(() => setAttachedLandscape(undefined))

  const ADD =
    'Add one of them to the "roles" of the user in cds.requires.auth.users, and get a new token.'

  test.each<[string, unknown, string]>([
    [
      'a misspelt user',
      'alicee',
      'There is no user "alicee" in cds.requires.auth.users: did you mean "alice"? '
    ],
    ['one who is near to none', 'zoe', 'There is no user "zoe" in cds.requires.auth.users. '],
    ['a configured user', 'bob', ''],
    ['no logon name', undefined, '']
  ])('%s', (_, name, hint) => {
    expect(adviceFor(['Technician'], 'named', 'xsuaa', name)).toBe(hint + ADD)
  })

  test('tokens of other issuers know other users', () => {
    expect(adviceFor(['Technician'], 'named', 'ias', 'alicee')).not.toContain('alice')
  })
})

test('without a landscape, users are not named', () => {
  expect(adviceFor(['Technician'], 'named', 'xsuaa', 'alicee')).not.toContain('alice')
})
