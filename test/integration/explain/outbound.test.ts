import { join } from 'node:path'

import type { Client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'

const SYSTEM = 'x.internal:443'
const ON_PREMISE = { URL: `http://${SYSTEM}`, ProxyType: 'OnPremise' }
const PROPAGATING = { ...ON_PREMISE, Authentication: 'PrincipalPropagation' }
const TECHNICAL = {
  ...ON_PREMISE,
  Authentication: 'BasicAuthentication',
  User: 'technical',
  Password: 'canary-password'
}
const KINDS = ['odata-v4', 'odata-v2', 'rest', 'hcql']
const requires = {
  ...Object.fromEntries(KINDS.map((kind) => [kind, { kind, credentials: { destination: 'S4' } }])),
  BATCH: { kind: 'odata-v4', credentials: { destination: 'S4', path: '/sap' } },
  ...Object.fromEntries(
    ['BASIC', 'BASIC_MENDED', 'CLIENT_MENDED'].map((destination) => [
      destination,
      { kind: 'rest', credentials: { destination } }
    ])
  )
}
const landscape = {
  destinations: {
    S4: { ...PROPAGATING, 'sap-client': '100' },
    CLIENT_MENDED: { ...PROPAGATING, 'sap-client': '001' },
    BASIC: TECHNICAL,
    BASIC_MENDED: { ...TECHNICAL, Password: 'right' }
  },
  users: { alice: { roles: ['Technician'] }, bob: { roles: ['Technician'] } },
  onPremise: { [SYSTEM]: { backend: 'test/integration/explain/outbound-backend.ts' } }
}

const start = (env: Record<string, string> = {}) =>
  RunningSample.start({ extra: join(__dirname, 'outbound-app'), requires, env }, landscape)

const call = (client: Client, service: string, path: string, how = 'as it is') =>
  client.post('/odata/v4/explained/call', { service, path, how })

/** What a sample prints while `work` runs, line by line. */
async function linesOf(sample: RunningSample, work: () => Promise<unknown>): Promise<string[]> {
  const before = (await sample.sample.output()).length
  await work()
  return (await sample.sample.output()).slice(before).split('\n').filter(Boolean)
}

/** Begin of entries of CAP about a failure. Entries of requests that come in have no level of an error. */
const OF_CAP = /^\[(remote|odata|odata-v4|rest|hcql|error|http)\] - (?!POST|GET|>)/

describe('on a console', () => {
  let app: RunningSample
  let alice: Client
  let bob: Client
  beforeAll(async () => {
    app = await start()
    alice = await app.as('alice')
    bob = await app.as('bob')
  })
  afterAll(() => app.stop())

  /** The one entry about a failure, without those of CAP. */
  async function entryOf(work: () => Promise<unknown>): Promise<string> {
    const lines = await linesOf(app, work)
    expect(lines.filter((line) => OF_CAP.test(line) || /^\s+at /.test(line))).toEqual([])
    const entries = lines.filter((line) => line.includes(' · '))
    expect(entries).toHaveLength(1)
    return entries[0] ?? ''
  }

  /** Sign of the mistake, the service with it, its line, and the service without it; none if the system itself is corrected. */
  test.each<[string, string, RegExp, string | undefined]>([
    [
      'certrule',
      'rest',
      /the system does not know the user in its client 100 \(401\).* · In SAP systems.*CERTRULE/,
      undefined
    ],
    [
      'client',
      'rest',
      /answered in another client.*\(sent sap-client 100 ≠ expected 001, which has answered\) · Check the property "sap-client"/,
      'CLIENT_MENDED'
    ],
    [
      'clock',
      'rest',
      /its clock is 7 min behind that of the application · Let both follow/,
      undefined
    ],
    [
      'technical',
      'BASIC',
      /logon of the technical user \(401\).* · Check User and Password of the destination/,
      'BASIC_MENDED'
    ]
  ])('a logon that is refused (%s), until it is mended', async (sign, service, line, mended) => {
    const path = `/sap/logon/${sign}`
    const entry = await entryOf(() => call(alice, service, path))
    expect(entry).toMatch(/^\[principal\] - ERR_REMOTE_UNAUTHORIZED · the system · the call to /)
    expect(entry).toMatch(line)
    expect(entry).toMatch(
      /→ npx cds-principal explain ERR_REMOTE_UNAUTHORIZED \(correlation id [\w-]{36}\)$/
    )
    if (!mended) await call(alice, 'BASIC', `/sap/mend/${sign}`, 'POST')
    const lines = await linesOf(app, async () => {
      expect(await call(alice, mended ?? service, path)).toMatchObject({ status: 200 })
    })
    expect(lines.filter((each) => each.includes(' · '))).toEqual([])
  })

  test('the token of the user is refused by the proxy, then it is not', async () => {
    const body = 'The user token in header SAP-Connectivity-Authentication is not valid'
    const answer = { status: 401, body, headers: { 'www-authenticate': 'Bearer' } }
    const entry = await entryOf(async () => {
      for (let i = 0; i < 2; i++) app.emulator.enqueue('connectivity', answer)
      await call(bob, 'rest', '/sap/id')
    })
    expect(entry).toMatch(/ERR_REMOTE_PROXY · the Connectivity proxy · .*token of the user \(401\)/)
    expect(await call(bob, 'rest', '/sap/id')).toMatchObject({ status: 200 })
  })

  test.each(KINDS)('a service of kind %s: one line, and none of CAP', async (kind) => {
    const entry = await entryOf(() => call(alice, kind, '/sap/forbidden'))
    expect(entry).toMatch(
      /ERR_REMOTE_FORBIDDEN · the system · .*\(403, X\/007\) \(sent \/sap\/forbidden\)/
    )
  })

  test.each(['odata-v4', 'odata-v2', 'rest'])(
    'what a system says to the request itself (%s): one line, without its words',
    async (kind) => {
      const entry = await entryOf(async () => {
        const { body } = await call(alice, kind, "/sap/Persons('canary-key')?x=canary-query")
        expect(JSON.stringify(body)).toContain('Error during request to remote service')
      })
      expect(entry).toMatch(
        /ERR_REMOTE_ANSWER · the system · the call to destination "S4" failed: the system has answered 404, X\/007 \(sent GET \/sap\/Persons\(\.\.\.\)\) · Check "path"/
      )
    }
  )

  test.each([
    ['one error', '/sap/errors/1', 'ERR_REMOTE_ANSWER · the system · .*has answered 409, X/001'],
    ['several errors', '/sap/errors/2', 'ERR_REMOTE_ANSWER · the system · .*answered 409, X/001'],
    ['at the door', '/sap/errors/1?status=403', 'ERR_REMOTE_FORBIDDEN · the system · .*403']
  ])('an answer of HCQL with %s: one line, and none of CAP', async (_, path, line) => {
    expect(await entryOf(() => call(alice, 'hcql', path))).toMatch(new RegExp(line))
  })

  test('a part of a $batch, in which CAP sends a long URL: one line, without its query', async () => {
    const path = `/Persons('canary-key')?$filter=name eq '${'canary'.repeat(200)}'`
    const entry = await entryOf(() => call(alice, 'BATCH', path))
    expect(entry).toMatch(
      /ERR_REMOTE_ANSWER · the system · .*has answered 404, X\/008 \(sent GET \/Persons\(\.\.\.\) in a \$batch\) · Check "path"/
    )
  })

  test.each(['wrapped', 'rejected', 'executeHttpRequest'])(
    'an error that a handler passes on (%s): one line, and none of CAP',
    async (how) => {
      const service = how === 'executeHttpRequest' ? 'S4' : 'rest'
      expect(await entryOf(() => call(alice, service, '/sap/forbidden', how))).toMatch(/X\/007/)
    }
  )

  test('in a $batch, and in a service with REST: one line each, and none of CAP', async () => {
    const body = { service: 'rest', path: '/sap/forbidden', how: 'as it is' }
    const headers = { 'content-type': 'application/json' }
    const requests = [{ id: '1', method: 'POST', url: '/call', headers, body }]
    const batch = () => alice.post('/odata/v4/explained/$batch', { requests })
    expect(await entryOf(batch)).toMatch(/X\/007/)
    expect(await entryOf(() => alice.post('/rest/explained-rest/call', body))).toMatch(/X\/007/)
  })

  test('the correlation id of the request goes to the Destination service and to the system', async () => {
    const answer = await call(alice, 'rest', '/sap/id')
    const id = answer.headers['x-correlation-id']
    const sent = JSON.parse(answer.body.value as never) as { d?: object } & Record<string, unknown>
    expect(sent.d ?? sent).toEqual({ id, other: id })
    const direct = await call(alice, 'S4', '/sap/id', 'executeHttpRequest')
    const own = direct.headers['x-correlation-id']
    expect(JSON.parse(direct.body.value as never)).toEqual({ d: { id: own, other: own } })
  })

  /** The first request to an endpoint that fits, after those that were not looked at. */
  async function requestTo(endpoint: 'connectivity' | 'destination', path: RegExp) {
    for (;;) {
      const request = await app.emulator.takeRequest(endpoint)
      if (path.test(request.path)) return request
    }
  }

  test('queued work has the correlation id of the request that has queued it', async () => {
    const { headers } = await call(alice, 'BASIC', '/sap/queued', 'queued')
    const id = headers['x-correlation-id']
    const atDestinationService = await requestTo('destination', /\/BASIC$/)
    expect(atDestinationService.headers['x-correlationid']).toMatch(/^[\w-]{36}$/)
    expect((await requestTo('connectivity', /\/sap\/queued$/)).headers).toMatchObject({
      'x-correlation-id': id
    })
  })

  test('queued work that fails: one line with that id, and what the queue does about it', async () => {
    let id: unknown
    const lines = await linesOf(app, async () => {
      id = (await call(alice, 'rest', '/sap/id', 'queued')).headers['x-correlation-id']
      await app.sample.printed(/Unrecoverable error/)
    })
    const [entry = '', ...others] = lines.filter((line) => line.includes(' · '))
    expect(entry).toMatch(/ERR_USER_TOKEN_REQUIRED · before the call · .*the privileged user/)
    expect(entry).toContain(`correlation id ${String(id)})`)
    expect(others).toEqual([])
    expect(lines.filter((line) => OF_CAP.test(line) || /^\s+at /.test(line))).toEqual([])
    expect(lines.join('\n')).toMatch(/Unrecoverable error: ERR_USER_TOKEN_REQUIRED/)
  })

  test('no secret was printed', async () => {
    const output = await app.sample.output()
    expect(output.slice(output.indexOf('server listening'))).not.toMatch(
      /canary|eyJ[\w-]{10}|alice/i
    )
  })
})

describe('in a JSON log, as in production', () => {
  let app: RunningSample
  beforeAll(async () => {
    app = await start({ cds_log_format: 'json' })
  })
  afterAll(() => app.stop())

  test.each(KINDS)('kind %s: the facts are fields of one entry', async (kind) => {
    const alice = await app.as('alice')
    const lines = await linesOf(app, () => call(alice, kind, '/sap/logon/certrule'))
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    const failures = entries.filter(({ level }) => level === 'error' || level === 'warn')
    expect(failures).toEqual([
      expect.objectContaining({
        ...{ logger: 'principal', level: 'error', code: 'ERR_REMOTE_UNAUTHORIZED', status: 502 },
        ...{ hop: 'the system', service: kind, destination: 'S4', principal: 'named' },
        fix: expect.stringContaining('CERTRULE') as string,
        correlation_id: expect.stringMatching(/^[\w-]{36}$/) as string
      })
    ])
    expect(lines.join('\n')).not.toMatch(/canary|eyJ[\w-]{10}/)
  })
})
