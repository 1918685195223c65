import cds from '@sap/cds'

import type { AuthorCall } from '../../../src/delegation/author-call.js'
import { decideCall } from '../../../src/remote/call-decision.js'
import { CallEvidence, onPrincipalCall } from '../../../src/remote/evidence/call.js'
import type { PrincipalCall } from '../../../src/remote/evidence/principal-call.js'
import type { Found } from '../../../src/remote/outbound.js'
import type { OutboundService } from '../../../src/remote/policy/service-target.js'
import type { NamedUser, Principal } from '../../../src/user/principal.js'
import { muteConsole } from '../../support/console.js'
import { user as principal } from './support/backend.js'
import { as } from './support/echo-agent.js'
import { tokenUser } from './support/token-user.js'

muteConsole('error', 'warn')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

/** Services, principals and tenants for which a destination was made ready. */
let decided: [string, Principal, string | undefined][]
let refusal: Error | undefined
const mockOutbound = (
  { name }: OutboundService,
  current: Principal,
  tenant: string | undefined,
  found: Found
) => {
  decided.push([name, current, tenant])
  const destination = { name: 'D', authentication: 'OAuth2UserTokenExchange' as const }
  const userBound = current.kind === 'named'
  found({ destination, userBound })
  return refusal ? Promise.reject(refusal) : Promise.resolve({ destination, userBound, tenant })
}
jest.mock<object>('../../../src/remote/outbound.js', () => ({
  outboundDestination: (...parameters: Parameters<typeof mockOutbound>) =>
    mockOutbound(...parameters)
}))

let author: AuthorCall | undefined
const mockAuthor = () => author
jest.mock<object>('../../../src/remote/queue/author-call.js', () => ({
  authorCall: () => mockAuthor(),
  isRead: ({ event }: cds.Request) => event === 'READ'
}))

const NOW = 1_800_000_000_000
const calls: PrincipalCall[] = []
let unsubscribe: () => void
beforeEach(() => {
  calls.length = 0
  decided = []
  author = refusal = undefined
  unsubscribe = onPrincipalCall((call) => calls.push(call))
  jest.spyOn(Date, 'now').mockReturnValue(NOW)
})
afterEach(() => {
  unsubscribe()
  jest.restoreAllMocks()
})

const SERVICE = { name: 'S4', destination: 'D', onBehalfOf: undefined, minTokenLifetime: 5 }
const SUBJECT = { service: 'S4', destination: undefined, onBehalfOf: undefined }

/** Decides about a call, and tells that it was sent and has succeeded. */
async function decide(event = 'READ') {
  const evidence = new CallEvidence(SUBJECT)
  const decision = await decideCall(SERVICE, new cds.Request({ event }), evidence)
  evidence.sent()
  evidence.done()
  return decision
}

test('a call is decided for the user and the tenant that are current', async () => {
  const { outbound, author: none } = await as('alice', decide)
  expect(outbound).toMatchObject({ destination: { name: 'D' }, tenant: 't1', userBound: true })
  expect(none).toBeUndefined()
  expect(decided).toEqual([['S4', expect.objectContaining({ userId: 'alice' }), 't1']])
  expect(calls).toMatchObject([
    {
      ...{ outcome: 'ok', destination: 'D', authentication: 'OAuth2UserTokenExchange' },
      ...{ principal: 'named', user: 'alice', tenant: 't1', delegation: undefined }
    }
  ])
})

test('outside of a context nobody is current', async () => {
  cds.context = undefined
  await decide()
  expect(decided).toEqual([['S4', { kind: 'anonymous' }, undefined]])
})

test('a refusal is told with the destination that was found', async () => {
  refusal = Object.assign(new Error('no'), { code: 'EPIPE' })
  await expect(as('alice', decide)).rejects.toBe(refusal)
  expect(calls).toMatchObject([{ outcome: 'failed', code: 'EPIPE', destination: 'D' }])
})

describe('the end of a decision', () => {
  const until = (user: Parameters<typeof as>[0]) => as(user, async () => (await decide()).until)

  test('is in a minute, for a user whose token lasts longer and for a technical user', async () => {
    expect(await until(tokenUser('alice', 't1', 66))).toBe(NOW + 60_000)
    expect(await until(new cds.User.Privileged())).toBe(NOW + 60_000)
  })

  test('is sooner for a user whose token would be too old', async () => {
    expect(await until(tokenUser('alice', 't1', 64))).toBe(NOW + 59_000)
    expect(await until(tokenUser('alice', 't1', 15))).toBe(NOW + 10_000)
  })
})

test("CAP's own client is refused for a destination that carries a user only", async () => {
  const env = cds.env as { remote?: object }
  const { remote } = env
  env.remote = { ...remote, native_fetch: true }
  try {
    await expect(as('alice', decide)).rejects.toThrow(
      'destination "D" carries a user, but cds.remote.native_fetch is true'
    )
    expect(calls).toMatchObject([{ outcome: 'refused', code: 'ERR_CONFIGURATION' }])
    expect(await as(new cds.User.Privileged(), decide)).toMatchObject({ author: undefined })
  } finally {
    env.remote = remote as object
  }
})

describe('queued work', () => {
  const record = {
    ...{ txn: 'txn-1', jti: '1', service: 'S4', event: 'PATCH', issuedAt: 1, expiresAt: 2 },
    author: { userId: 'alice', tenant: 't1', issuer: 'xsuaa', client: 'shop' }
  }
  const prepare = jest.fn(() => Promise.resolve())
  const own = { attempt: { record, number: 1 }, prepare }
  const authorOf = (alice: NamedUser) =>
    ({ ...own, principal: jest.fn(() => Promise.resolve(alice)) }) as unknown as AuthorCall

  test('is called as its author, whoever is current, and told with its delegation', async () => {
    const alice = { ...principal('alice'), expiresAt: NOW / 1000 + 20 } as NamedUser
    author = authorOf(alice)
    const decision = await as(new cds.User.Privileged(), () => decide('PATCH'))
    expect(decision).toMatchObject({ author, until: NOW + 15_000 })
    expect(author.principal).toHaveBeenCalledWith(5)
    expect(prepare).toHaveBeenLastCalledWith(false)
    expect(decided).toEqual([['S4', alice, 't1']])
    expect(calls).toMatchObject([
      { principal: 'named', client: 'shop', delegation: { jti: '1', attempt: 1 }, outcome: 'ok' }
    ])
    await as(new cds.User.Privileged(), () => decide('READ'))
    expect(prepare).toHaveBeenLastCalledWith(true)
  })
})
