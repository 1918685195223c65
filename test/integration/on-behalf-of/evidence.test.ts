import type { Client } from '../../support/client.js'
import { PolicySample } from './policy-sample.js'

let app: PolicySample
let alice: Client

beforeAll(async () => {
  const rest = (destination: string, options: object = {}) => ({
    kind: 'rest',
    credentials: { destination },
    ...options
  })
  app = await PolicySample.start(
    () => ({
      JWT: rest('JWT', { onBehalfOf: 'namedUser' }),
      PP: rest('PP'),
      CC: rest('CC', { onBehalfOf: 'systemUser' }),
      TECHNICAL: rest('BASIC', { onBehalfOf: 'namedUser' }),
      NOTHING: rest('NOTHING'),
      'audit-log': {
        kind: 'audit-log-to-console',
        impl: '@cap-js/audit-logging/srv/log2console',
        outbox: true
      }
    }),
    { DEBUG: 'principal' }
  )
  alice = await app.as('alice')
  await app.evidence(alice)
})
afterAll(() => app.stop())
beforeEach(async () => {
  app.backend.status = 200
  await app.evidence(alice)
})

const told = async (call: Parameters<PolicySample['call']>[1]) => {
  await app.call(alice, call)
  return app.evidence(alice)
}
const number = expect.any(Number) as number
const text = expect.any(String) as string
const common = {
  user: 'alice',
  client: expect.stringMatching(/^sb-/) as string,
  tenant: text,
  duration: number,
  correlationId: text,
  context: 'request'
}

test('a call as the named user', async () => {
  expect(await told({ target: 'JWT' })).toEqual([
    {
      ...common,
      service: 'JWT',
      destination: 'JWT',
      authentication: 'OAuth2JWTBearer',
      onBehalfOf: 'namedUser',
      principal: 'named',
      outcome: 'ok'
    }
  ])
  expect(await told({ target: 'PP' })).toEqual([
    expect.objectContaining({ authentication: 'PrincipalPropagation', principal: 'named' })
  ])
})

test('a call as the technical user says who was current', async () => {
  expect(await told({ target: 'CC' })).toEqual([
    expect.objectContaining({ ...common, principal: 'technical', onBehalfOf: 'systemUser' })
  ])
  expect(await told({ target: 'CC', place: 'spawnedPrivileged' })).toEqual([
    expect.objectContaining({ user: 'privileged', principal: 'technical', outcome: 'ok' })
  ])
})

test.each([
  ['JWT', 'privileged', 'ERR_USER_TOKEN_REQUIRED', { user: 'privileged', principal: 'technical' }],
  ['JWT', 'anonymous', 'ERR_USER_TOKEN_REQUIRED', { user: 'anonymous', principal: 'anonymous' }],
  ['JWT', 'userInOtherTenant', 'ERR_TENANT_MISMATCH', { user: 'alice', tenant: 'customer-1' }],
  [
    'TECHNICAL',
    'request',
    'ERR_DESTINATION_TECHNICAL',
    { destination: 'BASIC', authentication: 'BasicAuthentication', principal: 'named' }
  ]
])('%s, %s: refused with %s', async (target, place, code, details) => {
  const refused = { service: target, outcome: 'refused', code, ...details }
  expect(await told({ target, place })).toEqual([expect.objectContaining(refused)])
})

test('what fails on the way, or at the other side', async () => {
  const failed = (service: string, code: string) =>
    [expect.objectContaining({ service, outcome: 'failed', code })] as object[]
  expect(await told({ target: 'NOTHING' })).toEqual(failed('NOTHING', 'ERR_DESTINATION_NOT_FOUND'))
  app.backend.status = 503
  expect(await told({ target: 'JWT' })).toEqual(failed('JWT', 'ERR_REMOTE_UNAVAILABLE'))
  app.backend.status = 500
  expect(await told({ target: 'JWT' })).toEqual(failed('JWT', 'HTTP_500'))
})

test('a call that begins when the request has been answered is work in the background', async () => {
  await app.call(alice, { target: 'CC', place: 'afterAnswer' })
  const told: { context: string }[] = []
  while (!told.length) told.push(...(await app.evidence(alice)))
  expect(told).toEqual([expect.objectContaining({ service: 'CC', context: 'spawn' })])
})

test('calls by the SAP Cloud SDK', async () => {
  const own = { destination: 'JWT', principal: 'named', user: 'alice' }
  expect(await told({ way: 'execute', target: 'JWT' })).toEqual([
    expect.objectContaining({ ...own, outcome: 'ok' })
  ])
  expect(await told({ way: 'generatedClient', target: 'JWT' })).toEqual([
    expect.objectContaining({ ...own, outcome: 'resolved' })
  ])
  const refused = { way: 'execute', target: 'JWT', place: 'privileged' }
  expect(await told(refused)).toEqual([expect.objectContaining({ outcome: 'refused' })])
})

test('one line for each call at debug level, as JSON', async () => {
  await app.call(alice, { target: 'JWT' })
  const [event] = await app.evidence(alice)
  await app.sample.printed(new RegExp(event.correlationId))
  const lines = (await app.sample.output()).match(/principal\.call \{.*\}/g) ?? []
  const own = lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))))
  expect(own.filter(({ correlationId }) => correlationId === event.correlationId)).toEqual([event])
})

test('a listener that fails has no part in the call, and the log says so', async () => {
  expect(await app.call(alice, { target: 'JWT' })).toMatchObject({ user: 'alice' })
  await app.sample.printed(/what was done about a "principal\.call" event failed \(Error\)/)
})

describe('the audit log', () => {
  test('gets refusals as security events of the user, although the request is rolled back', async () => {
    await app.call(alice, { target: 'JWT', place: 'userInOtherTenant' })
    const entry =
      /\[audit-log\] - SecurityEvent: \{\s+data: \{\s+action: 'remote call refused',\s+code: 'ERR_TENANT_MISMATCH',\s+service: 'JWT',[^}]*\},[^}]*user: 'alice'/
    await app.sample.printed(entry)
  })

  test('and nothing else', async () => {
    app.backend.status = 503
    const failed = await told({ target: 'JWT' })
    app.backend.status = 200
    const sent = await told({ target: 'JWT' })
    const [refused] = await told({ target: 'TECHNICAL' })
    await app.sample.printed(
      new RegExp(`SecurityEvent: [^}]*correlationId: '${refused.correlationId}'`)
    )
    for (const { correlationId } of [...failed, ...sent]) {
      const entry = new RegExp(`SecurityEvent: [^}]*correlationId: '${correlationId}'`)
      expect(await app.sample.output()).not.toMatch(entry)
    }
  })
})

test('no token was printed, and none is in the evidence', async () => {
  expect(await app.sample.output()).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
  expect(JSON.stringify(await app.evidence(alice))).not.toMatch(/eyJ|Bearer ey/)
})
