import {
  ACCEPTED,
  acceptedAs,
  bearer,
  type Expected,
  expectConstantText,
  FORBIDDEN,
  INVALID_TOKEN,
  prove,
  WHOAMI
} from './support/case.js'
import { type Claims, SUBSCRIBER, technicalClaims, TENANT, XSAPPNAME } from './support/claims.js'
import { type InboundApp, MODES, startApp } from './support/inbound-app.js'
import { header, jws, userToken } from './support/jws.js'
import { ofClient, roles } from './support/rows.js'
import { startXsuaa, type TestXsuaa } from './support/test-xsuaa.js'
import { send } from './support/wire.js'
import { withoutMetadata } from '../../support/challenge.js'

const JOBS = '/odata/v4/inbound/jobsOnly()'
/** A service that demands the role as a whole. */
const SERVICE = '/odata/v4/jobs/ping()'
const SCHEDULER = 'sb-6f7016e9-8665-4b73-9b46-f99d7808fe3c!b446|sap-jobscheduler!b3'

/** A token as XSUAA issues it to an instance of the Job Scheduling service with these grants. */
function scheduler(grants: string[], changes: Claims = {}): Claims {
  const scope = ['uaa.resource', ...grants]
  // UAA's rule: the client, and what stands before the last dot of each scope
  const resources = scope.map((each) => each.slice(0, each.lastIndexOf('.')))
  return {
    ...{ sub: SCHEDULER, cid: SCHEDULER, azp: SCHEDULER, client_id: SCHEDULER },
    ext_attr: { enhancer: 'XSUAA', subaccountid: TENANT, zdn: 'provider', serviceinstanceid: '1' },
    scope,
    authorities: scope,
    aud: [...new Set([SCHEDULER, ...resources])],
    ...changes
  }
}

const GRANTED = `${XSAPPNAME}.JOBSCHEDULER`
const technical = (...own: string[]) => ({
  id: 'system',
  tenant: TENANT,
  technical: true,
  roles: roles('system-user', 'uaa.resource', ...own)
})

const accepted = [
  ofClient(
    'own scopes',
    'the granted scope is a role, and the client is not ours',
    scheduler([GRANTED]),
    acceptedAs(technical('JOBSCHEDULER'))
  ),
  ofClient(
    'own scopes',
    'several grants',
    scheduler([GRANTED, `${XSAPPNAME}.Viewer`]),
    acceptedAs(technical('JOBSCHEDULER', 'Viewer'))
  ),
  ofClient(
    'own scopes',
    'scopes of other applications stay foreign',
    scheduler([GRANTED, 'other!t2.Supervisor']),
    acceptedAs(technical('JOBSCHEDULER', 'other!t2.Supervisor'))
  ),
  ofClient(
    'own scopes',
    'with a certificate',
    scheduler([GRANTED], { grant_type: 'client_x509' }),
    acceptedAs(technical('JOBSCHEDULER'))
  ),
  ofClient(
    'own scopes',
    'for a subscriber',
    scheduler([GRANTED], { zid: SUBSCRIBER }),
    acceptedAs({ ...technical('JOBSCHEDULER'), tenant: SUBSCRIBER })
  ),
  ofClient('own scopes', 'the endpoint of the job', scheduler([GRANTED]), ACCEPTED, JOBS)
]

/** What the log says, without the line for xs-security.json. */
const missing = (what: string, scope: string) =>
  `ERR_GRANT_MISSING · authorization · the technical token of another application ${what} scope of this one · ` +
  `In xs-security.json, add to the scope "$XSAPPNAME.${scope}": ` +
  '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"]'

const refused: [string, Claims, Expected, string][] = [
  [
    'no grant at all: the token is not even for this application',
    scheduler([]),
    INVALID_TOKEN,
    'It is a ' +
      'technical one: if its client shall call this application, add to a scope in xs-security.json ' +
      '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"]'
  ],
  [
    'audience without scope',
    scheduler([], { aud: [SCHEDULER, XSAPPNAME] }),
    FORBIDDEN,
    missing('has no', 'JOBSCHEDULER')
  ],
  [
    'a grant of another scope',
    scheduler([`${XSAPPNAME}.Viewer`]),
    FORBIDDEN,
    missing('lacks a', 'JOBSCHEDULER')
  ],
  [
    'a grant of the scope by another application',
    scheduler(['other!t2.JOBSCHEDULER'], { aud: [SCHEDULER, 'other!t2', XSAPPNAME] }),
    FORBIDDEN,
    missing('has no', 'JOBSCHEDULER')
  ],
  [
    'a scope whose name only begins like the application',
    scheduler([`${XSAPPNAME}x.JOBSCHEDULER`], { aud: [SCHEDULER, XSAPPNAME] }),
    FORBIDDEN,
    missing('has no', 'JOBSCHEDULER')
  ],
  [
    'the scope in other letters',
    scheduler([`${XSAPPNAME}.JobScheduler`]),
    FORBIDDEN,
    missing('lacks a', 'JOBSCHEDULER')
  ],
  [
    'a token of yesterday',
    scheduler([GRANTED], { exp: 1_700_000_000, iat: 1_699_956_800 }),
    INVALID_TOKEN,
    'ERR_TOKEN_EXPIRED · incoming token · the token has expired'
  ]
]

describe.each(MODES)('tokens of the Job Scheduling service, %s', (mode) => {
  let xsuaa: TestXsuaa
  let app: InboundApp
  beforeAll(async () => {
    xsuaa = await startXsuaa()
    app = await startApp({ mode, xsuaa })
  })
  afterAll(async () => {
    await app?.stop()
    await xsuaa?.stop()
  })

  test.each(accepted)('$id $name', (each) => prove(app, xsuaa, each))

  const paths = [JOBS, SERVICE, SERVICE.replace('jobs', 'JOBS')]
  const table = refused.flatMap((row) => paths.map((path) => [path, ...row] as const))
  test.each(table)('%s, %s: the client gets constant text, the log the fix', async (...row) => {
    const [path, , claims, expected, text] = row
    const before = (await app.output()).length
    const wire = bearer(jws(header(), technicalClaims(xsuaa, claims)), path)
    const answer = await send(app.url, wire)
    expect(answer.status).toBe(expected.status[0])
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe(
      expected.challenges?.[answer.status]
    )
    expectConstantText(answer, wire)
    expect(answer.body).not.toContain('JOBSCHEDULER')
    const log = (await app.output()).slice(before)
    expect(unescaped(log)).toContain(text)
    expect(log).not.toContain('eyJ')
  })

  test.each([JOBS, SERVICE])(
    '%s: an own technical token without the scope is 403, and nothing is said of grants',
    async (path) => {
      const before = (await app.output()).length
      const wire = bearer(jws(header(), technicalClaims(xsuaa)), path)
      const answer = await send(app.url, wire)
      expect(answer.status).toBe(403)
      expectConstantText(answer, wire)
      expect(answer.body).not.toContain('JOBSCHEDULER')
      expect(unescaped((await app.output()).slice(before))).toMatch(
        /ERR_ROLE_MISSING · authorization · .* needs the role "JOBSCHEDULER"; the application's own technical token has: .*"authorities"/
      )
      expect((await app.output()).slice(before)).not.toContain('grant-as-authority')
    }
  )

  test.each([JOBS, SERVICE])('%s: a user is 403, with constant text', async (path) => {
    const before = (await app.output()).length
    const wire = bearer(userToken(xsuaa), path)
    const answer = await send(app.url, wire)
    expect(answer.status).toBe(403)
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe(
      'Bearer error="insufficient_scope"'
    )
    expectConstantText(answer, wire)
    expect(answer.body).not.toContain('JOBSCHEDULER')
    const log = (await app.output()).slice(before)
    expect(unescaped(log)).toMatch(
      /ERR_ROLE_MISSING · authorization · .* needs the role "JOBSCHEDULER"; the user has: "Viewer"/
    )
    expect(log).not.toContain('alice')
  })

  test('whoever has the role gets in, and without a token it is 401', async () => {
    const wire = bearer(jws(header(), technicalClaims(xsuaa, scheduler([GRANTED]))), SERVICE)
    expect((await send(app.url, wire)).status).toBe(200)
    const user = bearer(userToken(xsuaa, { scope: [GRANTED] }), SERVICE)
    expect((await send(app.url, user)).status).toBe(200)
    expect((await send(app.url, { path: SERVICE })).status).toBe(401)
  })

  test('a technical token may do what everybody may, and nothing is said of grants', async () => {
    const before = (await app.output()).length
    const claims = scheduler([`${XSAPPNAME}.Viewer`])
    const answer = await send(
      app.url,
      bearer(jws(header(), technicalClaims(xsuaa, claims)), WHOAMI)
    )
    expect(answer.status).toBe(200)
    expect((await app.output()).slice(before)).not.toContain('grant-as-authority')
  })
})

/** In production, log lines are JSON. */
const unescaped = (log: string) => log.replaceAll('\\"', '"')
