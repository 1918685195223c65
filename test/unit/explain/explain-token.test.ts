import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { explain } from '../../../src/explain/explain.js'
import { startIssuer, type TestIssuer } from './support/signed-tokens.js'
import { pipe, restoreStandardInput } from './support/standard-input.js'

let issuer: TestIssuer
let project: string
beforeAll(async () => {
  issuer = await startIssuer()
  project = mkdtempSync(join(tmpdir(), 'cds-principal-explain-'))
  const own = {
    ...{ issuer: issuer.url, jwks: `${issuer.url}/keys`, audience: 'shop' },
    ...{
      roles: { claim: 'groups', map: { clerks: 'Clerk' } },
      attributeMapping: { plant: 'plants' }
    }
  }
  const requires = {
    auth: { kind: 'principal', impl: 'cds-principal/auth', emulator: false, issuers: { own } },
    FORWARDS: {
      ...{ kind: 'rest', onBehalfOf: 'currentUser' },
      credentials: { url: 'https://forwards.example.com', forwardAuthToken: true }
    },
    TECHNICAL: { kind: 'rest', credentials: { url: 'https://technical.example.com' } },
    UNBOUND: { kind: 'rest', onBehalfOf: 'systemUser' },
    WRONG: {
      ...{ kind: 'rest', onBehalfOf: 'namedUser' },
      credentials: { url: 'https://wrong.example.com' }
    }
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', cds: { requires } }))
  mkdirSync(join(project, 'srv'))
  const model = `
    @requires: 'Clerk' service Shop {
      @restrict: [{ grant: 'READ', to: 'Clerk', where: (plant = $user.plant) }]
      entity Orders { key ID : Integer; plant : String; }
    }
    @requires: 'Admin' service Administration { entity Users { key ID : Integer; } }`
  writeFileSync(join(project, 'srv/shop.cds'), model)
})
afterAll(async () => {
  await issuer.stop()
  rmSync(project, { recursive: true, force: true })
})
afterEach(restoreStandardInput)

async function explained(text: string, values = false) {
  pipe(text)
  const report = await explain('token', { project, values })
  if (!values) {
    expect(report.text + JSON.stringify(report.data)).not.toMatch(/alice|"1010"|eyJ/)
  }
  return report
}

test('an accepted token: claims, access and calls', async () => {
  const { text, explained: isExplained, refused } = await explained(`Bearer ${issuer.token()}\n`)
  expect(isExplained).toBe(true)
  expect(refused).toBe(false)
  const lines = text.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))
  expect(lines).toEqual(
    expect.arrayContaining([
      '✓ The application accepts this token (issuer own).',
      '- "Bearer " is the scheme of the header and no part of the token',
      expect.stringMatching(/^✓ exp in (59 minutes|1 hour)/),
      'user a named user',
      '✓ Shop: Clerk',
      'READ (Clerk) where plant = $user.plant [1 value]',
      '✗ Administration: needs Admin',
      '? UNBOUND: unknown (onBehalfOf systemUser; it has no address here)'
    ])
  )
  expect(text).toMatch(/✗ FORWARDS: refused, ERR_USER_TOKEN_REQUIRED \(onBehalfOf currentUser;/)
  expect(text).toMatch(/✓ TECHNICAL: technical user \(the URL of its credentials/)
  expect(text).toMatch(/✗ WRONG: refused, ERR_CONFIGURATION/)
})

test('name and values for who asks for them', async () => {
  const { text } = await explained(issuer.token(), true)
  expect(text).toMatch(/ user +alice@example\.com\n/)
  expect(text).toMatch(/plant = \$user\.plant \["1010"\]/)
})

test('a refused token that is signed: what is wrong, and what its user could do', async () => {
  const { text, data, refused } = await explained(issuer.token({ aud: 'other' }))
  expect(text).toMatch(/^✗ The application refuses this token: ERR_TOKEN_AUDIENCE\./)
  expect(text).toMatch(/✗ aud +other \(expected shop\) ERR_TOKEN_AUDIENCE/)
  expect(text).toMatch(/What is wrong\n-+\n- ERR_TOKEN_AUDIENCE: /)
  expect(text).toMatch(/with a token like this that is accepted\n-+\n✓ Shop/)
  expect(data).toMatchObject({ accepted: false })
  expect(refused).toBe(true)
  expect(data).not.toHaveProperty('calls')
})

test('a forged token: nothing is said about its user', async () => {
  const { text, data } = await explained(issuer.token({}, true))
  expect(text).toMatch(/✗ signature +not made with a key of the issuer/)
  expect(text).not.toMatch(/user may do|would go out/)
  expect(data).not.toHaveProperty('services')
})

test('a token of before the issuer had new keys, as those of a landscape that was restarted', async () => {
  const { text, data, refused } = await explained(issuer.token({}, true, 'of-the-last-start'))
  expect(refused).toBe(true)
  expect(text).toMatch(/^✗ The application refuses this token: ERR_TOKEN_SIGNATURE\./)
  expect(text.replaceAll(/\s+/g, ' ')).toMatch(
    /✓ iss [^✗]*✗ signature the key with the "kid" of the token is not among those of the issuer/
  )
  expect(text.replaceAll(/\s+/g, ' ')).toMatch(
    /→ The issuer has replaced its keys since; the emulated services do at every start\. Get a new token \(of the emulated services: npx cds-principal token <user>\)/
  )
  expect(data).not.toHaveProperty('services')
})

test('what is no token: its code, and it is not explained', async () => {
  const { text, explained: isExplained } = await explained('{"access_token":"abc"}')
  expect(isExplained).toBe(false)
  expect(text).toMatch(
    /^✗ This is no token that can be read: ERR_TOKEN_MALFORMED\.\n- the text was a whole token response/
  )
  expect(text).toMatch(
    /- ERR_TOKEN_MALFORMED: .*\(sent 1 segment\)\n {2}→ Send all of "access_token"/
  )
})

test('a mistake in the configuration is no mistake in the token', async () => {
  const root = mkdtempSync(join(project, 'wrong-'))
  const own = { issuer: 'no URL', audience: 'shop' }
  const auth = { kind: 'principal', impl: 'cds-principal/auth', emulator: false, issuers: { own } }
  const manifest = { name: 'wrong', cds: { requires: { auth } } }
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  pipe(issuer.token())
  const result = explain('token', { project: root })
  await expect(result).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
})

test('a user of a landscape that does not run: the next step', async () => {
  const result = explain('token', { project, as: 'alice' })
  await expect(result).rejects.toThrow(/no emulator is running.*cds watch/)
})

test('a token as argument is refused, and not repeated', () => {
  const token = issuer.token()
  expect(() => explain(token, { project })).toThrow(/pipe it/)
  expect(() => explain(token, { project })).not.toThrow(/eyJ/)
})
