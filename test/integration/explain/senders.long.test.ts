import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { requestToken } from '../../../emulator/test/support/http.js'
import { client } from '../../support/client.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, SAMPLE, startSample } from '../../support/sample.js'
import { linesOf } from './lines.js'

// Tokens that this application does not take as it is configured; then the fix in the entry is applied, and the request works.

const OTHER = { clientid: 'sb-other!t2', xsappname: 'other!t2' }
const SCHEDULER = { clientid: 'sb-jobs!b1', identityzone: '*' }
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** The sample's `xs-security.json`, which grants a scope to the instance of another application. */
function granting(): object {
  const file = readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')
  const descriptor = JSON.parse(file) as { scopes: { name: string }[] }
  const scopes = descriptor.scopes.map((scope) =>
    scope.name.endsWith('.Viewer')
      ? { ...scope, 'granted-apps': ['$XSSERVICENAME(granted)'] }
      : scope
  )
  return { ...descriptor, scopes }
}

let emulator: Emulator
let sample: Sample
let mended: Sample
beforeAll(async () => {
  emulator = await startLandscape({
    identity: true,
    xsSecurity: granting(),
    applications: {
      other: { xsSecurity: { xsappname: 'other' } },
      granted: {
        xsSecurity: { xsappname: 'granted', 'foreign-scope-references': ['$ACCEPT_GRANTED_SCOPES'] }
      }
    }
  })
  const { identity, ...withoutIdentity } = emulator.vcapServices()
  const extra = join(__dirname, 'app')
  const start = (list: object[], bindings: object, requires: Record<string, object>) =>
    startSample({
      ...{ emulator, extra, requires },
      env: {
        SAP_JWT_TRUST_ACL: JSON.stringify(list),
        VCAP_SERVICES: JSON.stringify(bindings)
      }
    })
  sample = await start([SCHEDULER], withoutIdentity, {})
  const added = { clientid: OTHER.clientid, identityzone: '*' }
  mended = await start([SCHEDULER, added], { ...withoutIdentity, identity }, { identity: {} })
})
afterAll(async () => {
  await sample?.stop()
  await mended?.stop()
  await emulator?.stop()
})

/** Sends a request that is open to every user, and returns the status and the lines of our log. */
async function send(to: Sample, token: string) {
  const before = (await to.output()).length
  const one = client(to.url, `Bearer ${token}`)
  const { status } = await one.get('/explain/$metadata')
  one.close()
  const output = (await to.output()).slice(before)
  expect(output).not.toMatch(/eyJ|alice/)
  return { status, lines: linesOf(output) }
}

const WORKS = { status: 200, lines: [] }

test("another application's token of a user: one of the own client, or a granted scope and an exchange", async () => {
  const tokenFrom = async (form: Record<string, string>, application?: string) => {
    const binding = application && emulator.applicationBinding(application).credentials
    const own = binding && ([{}, binding as Record<string, string>] as const)
    const { body } = await requestToken(emulator, form, ...(own || []))
    return body.access_token as string
  }
  const logOn = { grant_type: 'password', username: 'alice', password: '' }
  expect(await send(sample, await tokenFrom(logOn, 'other'))).toEqual({
    status: 401,
    lines: [
      expect.stringMatching(
        /ERR_TOKEN_AUDIENCE · incoming token · .*\(sent client sb-other!t2, audience sb-other!t2, openid ≠ expected client sb-maintenance!t1, or audience maintenance!t1\) · Get the token with the client of this application's binding, or grant the other application a scope .* exchange/
      )
    ]
  })
  expect(await send(sample, await tokenFrom(logOn))).toEqual(WORKS)
  const assertion = await tokenFrom(logOn, 'granted')
  expect(await send(sample, await tokenFrom({ grant_type: JWT_BEARER, assertion }))).toEqual(WORKS)
})

test('a client that the access list has not: with an entry for it', async () => {
  const { clientid } = OTHER
  const claims = { azp: clientid, cid: clientid, client_id: clientid }
  const token = await emulator.issueToken({ user: 'alice', claims })
  expect(await send(sample, token)).toEqual({
    status: 401,
    lines: [
      expect.stringMatching(
        /SAP_JWT_TRUST_ACL has no entry .*\(sent client sb-other!t2, zone .* · Add the client and its zone to SAP_JWT_TRUST_ACL/
      )
    ]
  })
  expect(await send(mended, token)).toEqual(WORKS)
})

test('a token of Identity Authentication, which is not bound: bound, the same token is accepted', async () => {
  const token = await emulator.issueToken({ issuer: 'ias', user: 'alice' })
  expect(await send(sample, token)).toEqual({
    status: 401,
    lines: [
      expect.stringContaining(
        'It is a token of Identity Authentication, which is not bound: bind it (cds.requires.identity), or get a token of XSUAA'
      )
    ]
  })
  expect(await send(mended, token)).toEqual(WORKS)
})

describe('clocks that differ, until they are set', () => {
  /** Issues a token by a clock that differs from that of the application, which is then set. */
  async function differing(seconds: number): Promise<string> {
    emulator.advanceTime(seconds)
    const nbf = Math.floor(Date.now() / 1000) + seconds
    const token = await emulator.issueToken({ user: 'alice', claims: { nbf } })
    emulator.advanceTime(-seconds)
    return token
  }

  test.each<[string, number, string]>([
    [
      'the issuer is ahead',
      330,
      'ERR_TOKEN_NOT_YET_VALID · incoming token · the token is not valid yet ("nbf" claim): it starts in 5 min · Check the clocks of this machine and of the issuer: they differ by that'
    ],
    [
      'the issuer is behind',
      -3600 - 190,
      'ERR_TOKEN_EXPIRED · incoming token · the token has expired: it ended 3 min ago · Get a new token (of the emulated services: npx cds-principal token <user>). If new tokens end as fast, check the clock of this machine'
    ]
  ])('%s', async (_, seconds, text) => {
    const { status, lines } = await send(sample, await differing(seconds))
    expect({ status, lines }).toEqual({ status: 401, lines: [expect.stringContaining(text)] })
    expect(await send(sample, await differing(0))).toEqual(WORKS)
  })
})
