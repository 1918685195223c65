import { Clock } from '../oidc/clock.js'
import {
  ACCEPTED,
  acceptedAs,
  bearer,
  type Case,
  INVALID_TOKEN,
  MALFORMED,
  NO_CREDENTIALS,
  prove,
  PUBLIC,
  UNAVAILABLE,
  WHOAMI
} from './support/case.js'
import { SUBSCRIBER, technicalClaims, XSAPPNAME } from './support/claims.js'
import { type InboundApp, MODES, startApp } from './support/inbound-app.js'
import { header, jws, userToken } from './support/jws.js'
import { keys, rs } from './support/keys.js'
import { goodKeys, json, startXsuaa, type TestXsuaa } from './support/test-xsuaa.js'
import { type Answer, send } from './support/wire.js'
import { keySet, oddKeys } from './tables/keys.js'

const row = (
  id: string,
  name: string,
  request: Case['request'],
  expected: Case['expected']
): Case => ({ id, name, request, expected })

/** While XSUAA can't be asked: whoever has a token gets no verdict, everything else is as always. */
const outage: Case[] = [
  row('outages', 'a good token', (xsuaa) => bearer(userToken(xsuaa)), UNAVAILABLE),
  row('outages', 'a good token again', (xsuaa) => bearer(userToken(xsuaa)), UNAVAILABLE),
  row(
    'outages',
    'a good token on a public function is not anonymous',
    (xsuaa) => bearer(userToken(xsuaa), `${PUBLIC}/whoami()`),
    UNAVAILABLE
  ),
  row('outages', 'no token', () => ({ path: WHOAMI }), NO_CREDENTIALS),
  row(
    'outages',
    'no token on a public function',
    () => ({ path: `${PUBLIC}/whoami()` }),
    acceptedAs({ id: 'anonymous' })
  ),
  row(
    'outages',
    'a malformed header',
    () => ({ path: WHOAMI, headers: ['Authorization: Bearer a b'] }),
    MALFORMED
  ),
  row('outages', 'a malformed token', () => bearer('a.b.c'), INVALID_TOKEN),
  row(
    'outages',
    'alg none',
    (xsuaa) => bearer(userToken(xsuaa, {}, { alg: 'none' })),
    INVALID_TOKEN
  ),
  row(
    'outages',
    'an expired token',
    (xsuaa) => bearer(userToken(xsuaa, { exp: 1 })),
    INVALID_TOKEN
  ),
  row(
    'outages',
    'a token of another issuer',
    (xsuaa) => bearer(userToken(xsuaa, { iss: 'https://evil.example/oauth/token' })),
    INVALID_TOKEN
  ),
  row(
    'outages',
    'a token of another application',
    (xsuaa) => bearer(userToken(xsuaa, { aud: ['x'], cid: 'x' })),
    INVALID_TOKEN
  )
]

/** The application serves its own tenant only. */
const dedicated: Case[] = [
  row('tenant', 'a token of the own tenant', (xsuaa) => bearer(userToken(xsuaa)), ACCEPTED),
  ...[SUBSCRIBER, 'paas', undefined, null, ''].map((zid) =>
    row(
      'tenant',
      `a token of tenant ${String(zid)}`,
      (xsuaa) => bearer(userToken(xsuaa, { zid })),
      INVALID_TOKEN
    )
  )
]

const scheduler = {
  cid: 'sb-jobscheduler!b3',
  azp: 'sb-jobscheduler!b3',
  client_id: 'sb-jobscheduler!b3',
  aud: [XSAPPNAME]
}

/** The status of an answer that is not "try again", which is asked for until there is one. */
async function settled(ask: () => Promise<Answer>): Promise<number> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const { status } = await ask()
    if (status !== 503 || Date.now() > deadline) return status
    await new Promise((done) => setTimeout(done, 50))
  }
}

describe.each(MODES)('%s', (mode) => {
  let xsuaa: TestXsuaa
  let app: InboundApp
  beforeAll(async () => {
    xsuaa = await startXsuaa((res) => {
      json(res, { error: 'down' }, 500)
    })
    app = await startApp({ mode, xsuaa, credentials: { tenantmode: 'dedicated' } })
  })
  afterAll(async () => {
    await app?.stop()
    await xsuaa?.stop()
  })

  test.each(outage)('$id XSUAA is down: $name', (each) => prove(app, xsuaa, each))

  test('when it is back, so is the application', async () => {
    xsuaa.answer = (res) => {
      json(res, oddKeys)
    }
    expect(await settled(() => send(app.url, bearer(userToken(xsuaa))))).toBe(200)
  })

  test.each(keySet)('$id $name', (each) => prove(app, xsuaa, each))
  test.each(dedicated)('$id tenantmode dedicated: $name', (each) => prove(app, xsuaa, each))

  test('a client without the grant is 403, and the log says which grant', async () => {
    const claims = technicalClaims(xsuaa, scheduler)
    const { status } = await send(
      app.url,
      bearer(jws(header(), claims), '/odata/v4/inbound/supervisorOnly()')
    )
    expect(status).toBe(403)
    expect(await app.output()).toMatch(/grant-as-authority-to-apps/)
  })

  test('the process is the same', () => {
    expect(app.isRunning()).toBe(true)
  })
})

describe.each(MODES)('%s: tenants that nobody knows', (mode) => {
  let xsuaa: TestXsuaa
  let app: InboundApp
  beforeAll(async () => {
    xsuaa = await startXsuaa((res, zid) => {
      if (zid?.startsWith('unknown')) json(res, { error: 'invalid zid' }, 400)
      else goodKeys(res, zid)
    })
    app = await startApp({ mode, xsuaa })
  })
  afterAll(async () => {
    await app?.stop()
    await xsuaa?.stop()
  })

  test('a token that is refused without a key keeps no new subscriber out', async () => {
    const foreign = bearer(userToken(xsuaa, { zid: 'forged', aud: ['x'], cid: 'x' }))
    expect((await send(app.url, foreign)).status).toBe(401)
    const { status } = await send(app.url, bearer(userToken(xsuaa, { zid: 'subscriber-1' })))
    expect(status).toBe(200)
  })

  test('XSUAA refuses the tenant of a token: 401, not an outage', async () => {
    const refused = bearer(userToken(xsuaa, { zid: 'unknown' }))
    expect(await settled(() => send(app.url, refused))).toBe(401)
  })

  test('forged tokens of many tenants are refused, and concern nobody else', async () => {
    const forged = Array.from(
      { length: 40 },
      (_, i) => `${userToken(xsuaa, { zid: `forged-${i}` }).slice(0, -12)}${'A'.repeat(12)}`
    )
    const answers = await Promise.all([
      ...forged.map((each) => send(app.url, bearer(each))),
      send(app.url, bearer(userToken(xsuaa)))
    ])
    expect(answers.at(-1)?.status).toBe(200)
    // whether a tenant is real can't be told without asking, so 503 is an answer, too
    for (const { status, headers } of answers.slice(0, -1)) {
      expect([401, 503]).toContain(status)
      if (status === 503) expect(headers['retry-after']).toMatch(/^\d+$/)
    }
  })

  test('a new subscriber comes through afterwards', async () => {
    const subscriber = bearer(userToken(xsuaa, { zid: SUBSCRIBER }))
    expect(await settled(() => send(app.url, subscriber))).toBe(200)
  })
})

describe.each(MODES)('%s: the keys of a subscriber are replaced', (mode) => {
  let xsuaa: TestXsuaa
  let app: InboundApp
  const clock = new Clock()
  beforeAll(async () => {
    xsuaa = await startXsuaa((res) => {
      json(res, { keys: [keys.good.jwk] })
    })
    app = await startApp({ mode, xsuaa, env: clock.env })
  })
  afterAll(async () => {
    await app?.stop()
    await xsuaa?.stop()
    clock.remove()
  })

  test('a token that was accepted before is refused, and those of other tenants are not', async () => {
    const status = async (token: string) => (await send(app.url, bearer(token))).status
    const before = userToken(xsuaa, { zid: SUBSCRIBER })
    const own = userToken(xsuaa)
    expect([await status(before), await status(before), await status(own)]).toEqual([200, 200, 200])
    xsuaa.answer = (res, zid) => {
      json(res, { keys: [(zid === SUBSCRIBER ? keys.good2 : keys.good).jwk] })
    }
    clock.advance(60)
    expect([await status(before), await status(own)]).toEqual([200, 200])
    const sign = rs(256, keys.good2.privateKey)
    const after = userToken(xsuaa, { zid: SUBSCRIBER }, { kid: 'key-2' }, sign)
    expect(await status(after)).toBe(200) // and with it, the new keys are there
    expect([await status(before), await status(after), await status(own)]).toEqual([401, 200, 200])
    xsuaa.answer = goodKeys
    clock.advance(16 * 60)
    expect([await status(before), await status(after), await status(own)]).toEqual([200, 200, 200])
  })
})
