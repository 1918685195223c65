import { ACCEPTED, acceptedAs, bearer, type Case, INVALID_TOKEN, prove } from './support/case.js'
import { CLIENTID, SUBSCRIBER, technicalClaims, TENANT, XSAPPNAME } from './support/claims.js'
import { type InboundApp, MODES, startApp } from './support/inbound-app.js'
import { header, jws, userToken } from './support/jws.js'
import { ofClient, withClaims } from './support/rows.js'
import { startXsuaa, type TestXsuaa } from './support/test-xsuaa.js'
import { send } from './support/wire.js'

const SCHEDULER = 'sb-5f2c!b7|sap-jobscheduler!b3'
const PORTAL = 'sb-portal!t7'

const list = (...entries: (readonly [string, string])[]) =>
  JSON.stringify(entries.map(([clientid, identityzone]) => ({ clientid, identityzone })))

const sentBy = (client: string, zid: string = TENANT) => ({
  cid: client,
  azp: client,
  client_id: client,
  zid,
  aud: [XSAPPNAME, client]
})

const granted = (client: string, zid: string = TENANT) => ({
  ...sentBy(client, zid),
  sub: client,
  scope: [`${XSAPPNAME}.JOBSCHEDULER`],
  authorities: [`${XSAPPNAME}.JOBSCHEDULER`]
})

/** With entries for the scheduler in the own zone, for the portal in any, and for any client of the subscriber. */
const ACL = list([SCHEDULER, TENANT], [PORTAL, '*'], ['*', SUBSCRIBER])

const cases: Case[] = [
  withClaims('trust list', 'the own client of the own zone needs no entry', {}, ACCEPTED),
  ofClient('trust list', 'the same, technical', {}, ACCEPTED),
  ofClient('trust list', 'a client and zone of the list', granted(SCHEDULER), ACCEPTED),
  ofClient('trust list', 'the client of the list in another zone', granted(SCHEDULER, 'zone-2')),
  ofClient('trust list', 'another client in the zone of the list', granted('sb-other!t9')),
  ofClient(
    'trust list',
    'a client whose name only starts as one of the list',
    granted(`${SCHEDULER}.clone`)
  ),
  ofClient('trust list', 'the client in other letters', granted(SCHEDULER.toUpperCase())),
  withClaims(
    'trust list',
    'a client of any zone',
    sentBy(PORTAL, 'zone-2'),
    acceptedAs({ id: 'alice' })
  ),
  withClaims('trust list', 'any client of a zone', sentBy('sb-other!t9', SUBSCRIBER), ACCEPTED),
  withClaims(
    'trust list',
    'the own client in the zone of a subscriber',
    { zid: 'zone-2' },
    ACCEPTED
  ),
  withClaims('trust list', 'a user of another client', sentBy('sb-other!t9')),
  withClaims('trust list', 'no zone, and another client', {
    ...sentBy('sb-other!t9'),
    zid: undefined
  }),
  withClaims(
    'trust list',
    'nothing is widened: a client of the list, and a token for somebody else',
    {
      ...sentBy(PORTAL),
      aud: [PORTAL],
      scope: ['openid']
    }
  ),
  withClaims('trust list', 'nothing is widened: a client of the list, and another issuer', {
    ...sentBy(PORTAL),
    iss: 'https://evil.example/oauth/token'
  }),
  withClaims('trust list', 'nothing is widened: an expired token', { ...sentBy(PORTAL), exp: 1 })
]

const WRONG = [
  '{',
  '*',
  '"*"',
  '{"clientid":"*","identityzone":"*"}',
  '[null]',
  '["sb-other!t9"]',
  '[{"clientid":"sb-other!t9"}]',
  '[{"clientid":["*"],"identityzone":"*"}]',
  '[{"clientid":"a","identityzone":"b"},{}]'
]

describe.each(MODES)('SAP_JWT_TRUST_ACL, %s', (mode) => {
  let xsuaa: TestXsuaa
  const started: InboundApp[] = []
  const start = async (value: string) => {
    const app = await startApp({ mode, xsuaa, env: { SAP_JWT_TRUST_ACL: value } })
    started.push(app)
    return app
  }
  beforeAll(async () => {
    xsuaa = await startXsuaa()
  })
  afterAll(async () => {
    await Promise.all(started.map((app) => app.stop()))
    await xsuaa?.stop()
  })

  test.each(WRONG)('%s stops the start, with the name of the variable', async (value) => {
    await expect(start(value)).rejects.toThrow(
      /^ended before[^]*SAP_JWT_TRUST_ACL is not a JSON list.*Correct it, or unset it/
    )
  })

  describe('with entries', () => {
    let app: InboundApp
    beforeAll(async () => {
      app = await start(ACL)
    })

    test.each(cases)('$id $name', (each) => prove(app, xsuaa, each))

    test('the log has code and reason, and the client and zone that have no entry', async () => {
      const before = (await app.output()).length
      await send(app.url, bearer(jws(header(), technicalClaims(xsuaa, granted('sb-caller!t9')))))
      const log = (await app.output()).slice(before)
      expect(log).toMatch(
        /ERR_TOKEN_AUDIENCE · [^·]+ · SAP_JWT_TRUST_ACL has no entry.*issuer xsuaa, correlation id/
      )
      expect(log).toContain('sent client sb-caller!t9, zone ')
    })

    test('a token that was refused is refused again, one that was accepted accepted', async () => {
      const refused = userToken(xsuaa, sentBy('sb-other!t9'))
      const accepted = userToken(xsuaa, sentBy(PORTAL))
      const statuses = []
      for (const token of [refused, refused, accepted, accepted]) {
        statuses.push((await send(app.url, bearer(token))).status)
      }
      expect(statuses).toEqual([401, 401, 200, 200])
    })
  })

  test('an entry for everybody restricts nothing, and is one warning', async () => {
    const app = await start(list(['*', '*'], [CLIENTID, TENANT]))
    const foreign = bearer(userToken(xsuaa, sentBy('sb-other!t9', 'zone-2')))
    expect((await send(app.url, foreign)).status).toBe(200)
    const forOthers = { ...sentBy('sb-other!t9'), aud: ['other!t9'], scope: ['openid'] }
    expect((await send(app.url, bearer(userToken(xsuaa, forOthers)))).status).toBe(
      INVALID_TOKEN.status[0]
    )
    expect(
      (await app.output()).match(/SAP_JWT_TRUST_ACL has an entry for any client/g)
    ).toHaveLength(1)
  })

  test('an empty list lets the own client pass only', async () => {
    const app = await start('[]')
    expect((await send(app.url, bearer(userToken(xsuaa)))).status).toBe(200)
    expect((await send(app.url, bearer(userToken(xsuaa, sentBy(PORTAL))))).status).toBe(401)
  })
})
