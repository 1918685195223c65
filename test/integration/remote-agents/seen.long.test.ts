import { join } from 'node:path'

import type { Client } from '../../support/client.js'
import type { Issuer } from '../../support/internet-backend.js'
import type { RunningSample } from '../../support/running-sample.js'
import { startExternal } from '../external/external-landscape.js'
import { signingKey } from '../oidc/forge.js'
import { OidcServer } from '../oidc/oidc-server.js'
import { A2aBackend } from './a2a-backend.js'
import { RecordedSample } from '../recorder/recorded-sample.js'
import { AgentsSample, DESTINATION_CLIENT, seen } from './agents-sample.js'
import { McpBackend } from './mcp-backend.js'

const AGENT = 'sb-agent!t9'

/** A call of each kind. */
const CALLS = {
  mcp: ['tools/call', { name: 'whoami', arguments: {} }],
  a2a: ['SendMessage', { message: { parts: [{ text: 'who is it?' }] } }]
} as const
const KINDS = [['mcp'], ['a2a']] as const

const AUDIT_LOG = {
  ...{ kind: 'audit-log-to-console', outbox: true },
  impl: '@cap-js/audit-logging/srv/log2console'
}

let mcp: McpBackend
let a2a: A2aBackend
beforeAll(async () => {
  ;[mcp, a2a] = await Promise.all([McpBackend.start(), A2aBackend.start()])
})
afterAll(async () => {
  await mcp?.stop()
  await a2a?.stop()
})

/** Both backends, as the sample needs them. */
const both = () => ({
  url: mcp.url,
  ca: [mcp.ca, a2a.ca].join('\n'),
  trust: (issuer: Issuer) => {
    for (const backend of [mcp, a2a]) backend.trust(issuer)
  }
})

/** Required services of both kinds: `mcp` and `a2a`, and the same for the own client only. */
function agents(destination: string) {
  const one = (kind: string, more: object = {}) => ({
    ...{ kind, onBehalfOf: 'namedUser', ...more },
    credentials: { destination: `${destination}_${kind}`, path: PATHS[kind] }
  })
  return {
    ...{ mcp: one('mcp'), a2a: one('a2a') },
    ...{ mcp_own: one('mcp', { clients: ['$own'] }), a2a_own: one('a2a', { clients: ['$own'] }) },
    'audit-log': AUDIT_LOG
  }
}
const PATHS: Record<string, string> = { mcp: '/mcp', a2a: '/agent' }

function destinations(name: string, Authentication: string) {
  const one = (URL: string) => ({ URL, clientId: DESTINATION_CLIENT, Authentication })
  return { [`${name}_mcp`]: one(mcp.url), [`${name}_a2a`]: one(a2a.url) }
}

/** The attributes of a span for a call. */
const attributesOf = (call: object) => ({
  name: 'principal.call',
  ...Object.fromEntries(
    Object.entries(call).map(([name, value]) => [`principal.call.${name}`, value])
  )
})

async function call(client: Client, agent: string, kind: keyof typeof CALLS) {
  const [event, data] = CALLS[kind]
  const parameters = { agent, how: 'current', event, data: JSON.stringify(data) }
  const { body } = await client.post('/odata/v4/agents/call', parameters)
  return JSON.parse(body.value as unknown as string) as { code?: string }
}

/** What log, event and span have about one call. */
async function recordOf(
  running: RunningSample,
  client: Client,
  agent: string,
  kind: 'mcp' | 'a2a'
) {
  await seen(client)
  const { code } = await call(client, agent, kind)
  const { calls, spans } = await seen(client)
  expect(calls).toHaveLength(1)
  const [event = {}] = calls
  expect(spans).toEqual([attributesOf(event)])
  const line = `principal.call ${JSON.stringify(event)}`
  await running.sample.printed(new RegExp(line.replaceAll(/[^\w ]/g, String.raw`\$&`)))
  return { code, event }
}

/** What the audit log has about a call. */
async function audited(running: RunningSample, { correlationId }: Record<string, unknown>) {
  const entry = new RegExp(
    `SecurityEvent: \\{\\s+data: \\{([^}]*correlationId: '${String(correlationId)}'[^}]*)\\},[^}]*?user: '(\\w+)'`
  )
  await running.sample.printed(entry)
  const [, data = '', user] = entry.exec(await running.sample.output()) ?? []
  const valueOf = (name: string) => new RegExp(`\\b${name}: '([^']*)'`).exec(data)?.[1]
  return { user, ...{ client: valueOf('client'), actor: valueOf('actor'), code: valueOf('code') } }
}

const text = expect.any(String) as string
const number = expect.any(Number) as number

describe('users of XSUAA', () => {
  let app: AgentsSample
  let agent: Client
  beforeAll(async () => {
    app = await AgentsSample.start({
      ...{ backend: both(), kind: 'mcp', path: '/mcp', requires: agents('XSUAA') },
      destinations: destinations('XSUAA', 'OAuth2UserTokenExchange')
    })
    const claims = { azp: AGENT, cid: AGENT, client_id: AGENT }
    agent = app.running.with(
      `Bearer ${await app.running.emulator.issueToken({ user: 'alice', claims })}`
    )
  })
  afterAll(() => app?.stop())

  test.each(KINDS)(
    '%s: log, event and span have the user, and the client of the request',
    async (kind) => {
      const common = {
        ...{
          service: kind,
          destination: `XSUAA_${kind}`,
          authentication: 'OAuth2UserTokenExchange'
        },
        ...{ onBehalfOf: 'namedUser', user: 'alice', tenant: text, principal: 'named' },
        ...{ outcome: 'ok', duration: number, correlationId: text, context: 'request' }
      }
      const through = await recordOf(app.running, agent, kind, kind)
      expect(through.event).toEqual({ ...common, client: AGENT })
      const direct = await recordOf(app.running, await app.as('alice'), kind, kind)
      expect(direct.event).toEqual({ ...common, client: DESTINATION_CLIENT })
    }
  )

  test.each(KINDS)('%s: a refused call is in the audit log, with both', async (kind) => {
    const { event, code } = await recordOf(app.running, agent, `${kind}_own`, kind)
    expect(code).toBe('ERR_CLIENT_NOT_ALLOWED')
    expect(event).toMatchObject({ outcome: 'refused', code, user: 'alice', client: AGENT })
    expect(await audited(app.running, event)).toEqual({ user: 'alice', client: AGENT, code })
  })
})

describe('users of another issuer', () => {
  let oidc: OidcServer
  let running: RunningSample
  let alice: Client
  beforeAll(async () => {
    const person = {
      ...{ preferred_username: 'alice', email: 'alice@idp.example', groups: ['technicians'] },
      ...{ plants: ['1010'], customer_id: 'C-100', act: { sub: 'agent-9' } }
    }
    oidc = await OidcServer.start({ a: person }, signingKey('first'))
    running = await startExternal(
      oidc,
      join(__dirname, 'app'),
      { destinations: destinations('OIDC', 'OAuth2JWTBearer') },
      {
        ca: both().ca,
        env: { DEBUG: 'principal' },
        requires: agents('OIDC')
      }
    )
    both().trust(running.emulator)
    const { access_token: token } = await oidc.userTokens('a', 'urn:example:maintenance')
    alice = running.with(`Bearer ${token}`)
  })
  afterAll(async () => {
    await running?.stop()
    await oidc?.stop()
  })

  test.each(KINDS)('%s: the actor is there as well', async (kind) => {
    const { event } = await recordOf(running, alice, kind, kind)
    expect(event).toMatchObject({ outcome: 'ok', user: 'alice', client: 'web', actor: 'agent-9' })
  })

  test.each(KINDS)('%s: and in the audit log of a refused call', async (kind) => {
    const { event, code } = await recordOf(running, alice, `${kind}_own`, kind)
    expect(code).toBe('ERR_CLIENT_NOT_ALLOWED')
    expect(await audited(running, event)).toEqual({
      ...{ user: 'alice', client: 'web', actor: 'agent-9', code }
    })
  })
})

describe('the recorder', () => {
  let sample: RecordedSample
  beforeAll(async () => {
    sample = await RecordedSample.start({
      extra: join(__dirname, 'app'),
      ca: both().ca,
      requires: agents('XSUAA'),
      destinations: destinations('XSUAA', 'OAuth2JWTBearer')
    })
    both().trust(await sample.landscape())
  })
  afterAll(() => sample?.stop())

  test.each(KINDS)('%s: the trace has the call, its user and its client', async (kind) => {
    await call(sample.as('alice'), kind, kind)
    const { calls } = await sample.trace((trace) =>
      trace.calls.some(({ service }) => service === kind)
    )
    expect(calls).toEqual([
      expect.objectContaining({
        ...{ service: kind, user: 'alice', outcome: 'ok' },
        client: expect.stringMatching(/^sb-maintenance/) as string
      })
    ])
  })
})
