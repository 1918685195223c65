import { RunningSample } from '../../support/running-sample.js'
import { linesOf } from './lines.js'

/** Lines of the Authorization header, and of what it should be, with the sample bound to the emulated XSUAA. */
let sample: RunningSample
let token: string
beforeAll(async () => {
  sample = await RunningSample.start({
    env: { SAP_JWT_TRUST_ACL: JSON.stringify([{ clientid: 'sb-jobs!b1', identityzone: '*' }]) }
  })
  token = await sample.emulator.issueToken({ user: 'carol' })
})
afterAll(() => sample.stop())

/** Sends a header, and returns the status and the lines of our log. */
async function send(authorization: string | undefined) {
  const before = (await sample.sample.output()).length
  const { status } = await sample.with(authorization).get('/odata/v4/maintenance/$metadata')
  const output = (await sample.sample.output()).slice(before)
  expect(output).not.toMatch(/eyJ|carol/) // neither tokens nor users
  return { status, lines: linesOf(output) }
}

afterEach(async () => {
  expect(await send(`Bearer ${token}`)).toEqual({ status: 200, lines: [] }) // what every fix comes to
})

const MALFORMED =
  'ERR_REQUEST_MALFORMED · incoming request · "Authorization" header is not of the form "<scheme> <credentials>": '

describe('a header that is not what it should be', () => {
  test.each<[string, (token: string) => string, number, string]>([
    ['no scheme', (t) => t, 400, `${MALFORMED}it holds a token without a scheme · Put "Bearer"`],
    [
      'an empty variable',
      () => 'Bearer ',
      401,
      'ERR_CREDENTIALS_MISSING · incoming request · "Authorization" header has a scheme, and no credentials behind it · The shell variable'
    ],
    [
      'the whole response',
      (t) => `Bearer {"access_token":"${t}","token_type":"bearer"}`,
      400,
      `${MALFORMED}it holds JSON, probably the whole token response · Send only the value of "access_token"`
    ],
    ['quotation marks', (t) => `Bearer "${t}"`, 400, `${MALFORMED}it has quotation marks · Send`],
    ['all in quotation marks', (t) => `"Bearer ${t}"`, 400, `${MALFORMED}it has quotation marks`],
    ['Bearer twice', (t) => `Bearer Bearer ${t}`, 400, `${MALFORMED}it says "Bearer" twice`],
    ['a colon', (t) => `Bearer: ${t}`, 400, `${MALFORMED}there is a sign behind "Bearer"`],
    ['a variable', () => 'Bearer $TOKEN', 400, `${MALFORMED}it holds the name of a variable`],
    ['a part', () => 'Bearer abc', 401, '(sent 1 segment) · Send all of "access_token"'],
    ['a variable in braces', () => 'Bearer ${TOKEN}', 400, `${MALFORMED}it holds`],
    [
      'a word of a program',
      () => 'Bearer undefined',
      401,
      'ERR_TOKEN_MALFORMED · incoming token · the token is not a JWT of three base64url segments (sent the word "undefined") · The variable'
    ],
    [
      'two of three parts',
      (t) => `Bearer ${t.replace(/\.[^.]*$/, '')}`,
      401,
      '(sent 2 segments) · '
    ],
    [
      'half of the signature',
      (t) => `Bearer ${t.replace(/[^.]*$/, 'AAAA')}`,
      401,
      '(sent 4 characters ≠ expected 342 to 2731) · '
    ],
    [
      'Basic',
      () => `Basic ${Buffer.from('carol:').toString('base64')}`,
      401,
      'ERR_SCHEME_UNSUPPORTED · incoming request · Basic credentials are accepted with the emulated landscape only (sent Basic ≠ expected Bearer) · Get a token'
    ],
    [
      'another scheme',
      () => 'Negotiate abc',
      401,
      'only the Bearer scheme is accepted (sent Negotiate ≠ expected Bearer) · '
    ],
    ['a password without a scheme', () => 'Welcome1 x', 401, '(sent an unknown scheme ≠']
  ])('%s', async (_, header, status, text) => {
    const answer = await send(header(token))
    expect(answer).toEqual({ status, lines: [expect.stringContaining(text)] })
    expect(answer.lines[0]).not.toContain('Welcome1')
  })
})

type Change = Parameters<RunningSample['emulator']['issueToken']>[0]

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

describe('a token that is not accepted', () => {
  test.each<[string, () => Change, string]>([
    [
      'expired',
      () => ({ expiresIn: -200 }),
      'ERR_TOKEN_EXPIRED · incoming token · the token has expired: it ended 3 min ago · Get a new token'
    ],
    ['expired long ago', () => ({ expiresIn: -4 * 86_400 }), 'it ended 4 days ago · '],
    [
      'not valid yet',
      () => ({ claims: { nbf: inSeconds(330) } }),
      'the token is not valid yet ("nbf" claim): it starts in 5 min · Check the clocks'
    ],
    [
      "another application's, of a user",
      () => ({
        claims: {
          aud: ['other!t2', 'openid'],
          azp: 'sb-other!t2',
          cid: 'sb-other!t2',
          client_id: 'sb-other!t2',
          scope: ['openid']
        }
      }),
      'name this one (sent client sb-other!t2, audience other!t2, openid ≠ expected client sb-maintenance!t1, or audience maintenance!t1) · Get the token with the client'
    ],
    [
      'of a client that the access list has not',
      () => ({ claims: { azp: 'sb-other!t2', cid: 'sb-other!t2', client_id: 'sb-other!t2' } }),
      "SAP_JWT_TRUST_ACL has no entry for the token's client and zone (sent client sb-other!t2, zone "
    ],
    [
      'of another tenant',
      () => ({ claims: { zid: 'other-tenant' } }),
      'ERR_TOKEN_TENANT · incoming token · the token is of another tenant, and the binding\'s "tenantmode" is dedicated (sent tenant other-tenant ≠ expected tenant '
    ],
    [
      'of a landscape before',
      () => ({ claims: { iss: 'https://provider.localhost:1/oauth/token' } }),
      'names no issuer that is bound or configured (sent provider.localhost:1 ≠ expected <subdomain>.localhost:'
    ],
    [
      'of Identity Authentication',
      () => ({ claims: { iss: 'https://t1.accounts.ondemand.com', app_tid: 't1' } }),
      'It is a token of Identity Authentication, which is not bound'
    ],
    [
      'of another region',
      () => ({ claims: { iss: 'https://t1.authentication.us10.hana.ondemand.com/oauth/token' } }),
      'It is a token of another landscape or region of XSUAA'
    ],
    [
      'without an issuer',
      () => ({ claims: { iss: undefined } }),
      '(sent no "iss" claim ≠ expected'
    ],
    [
      'a refresh token',
      () => ({ claims: { granted_scopes: ['x'] } }),
      'the token is a refresh token, no access token · Send "access_token" of the token response'
    ]
  ])('%s', async (_, change, text) => {
    const other = await sample.emulator.issueToken({ user: 'carol', ...change() })
    const { status, lines } = await send(`Bearer ${other}`)
    expect(status).toBe(401)
    expect(lines).toEqual([expect.stringContaining(text)])
  })

  test('of the landscape before a restart', async () => {
    const restarted = await RunningSample.start()
    try {
      const { status } = await restarted.with(`Bearer ${token}`).get('/odata/v4/maintenance')
      expect(status).toBe(401)
      const [line] = linesOf(await restarted.sample.output())
      expect(line).toContain('It is a token of emulated services')
    } finally {
      await restarted.stop()
    }
  })
})
