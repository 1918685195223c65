import cds from '@sap/cds'

import { SessionLost } from '../../../../src/remote/agents/agent-call.js'
import { onPrincipalCall } from '../../../../src/remote/evidence/call.js'
import type { PrincipalCall } from '../../../../src/remote/evidence/principal-call.js'
import { senderOf } from '../../../../src/remote/queue/tenant.js'
import type { NamedUser, Principal } from '../../../../src/user/principal.js'
import { muteConsole } from '../../../support/console.js'
import { type Backend, withBackend } from '../support/backend.js'
import { as, type EchoAgent, echoAgent } from '../support/echo-agent.js'
import { tokenUser } from '../support/token-user.js'

muteConsole('warn', 'error')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

/** Principals and tenants for whom a destination was made ready. */
const decisions: [string, string | undefined][] = []
/** True for a destination that forwards the token. */
let forwardsToken: boolean
/** Token that the destination has for a user. */
let exchanged: (user: NamedUser) => string

const mockOutbound = (_: object, current: Principal, tenant?: string) => {
  const user = current.kind === 'named' ? current : undefined
  decisions.push([user?.userId ?? current.kind, tenant])
  const headers = user && { authorization: `Bearer ${exchanged(user)}` }
  const destination = { name: 'AGENT', url: backend.url, authentication: 'NoAuthentication' }
  return Promise.resolve({
    ...{ destination: { ...destination, ...(headers && { headers }) }, user, tenant },
    ...{
      userBound: user !== undefined,
      forwardsToken,
      minTokenLifetime: 5,
      renew: () => Promise.reject(Error())
    }
  })
}
jest.mock<object>('../../../../src/remote/outbound.js', () => ({
  outboundDestination: (...parameters: Parameters<typeof mockOutbound>) =>
    mockOutbound(...parameters)
}))

let backend: Backend
withBackend((started) => {
  backend = started
})

const calls: PrincipalCall[] = []
let unsubscribe: () => void
let agent: EchoAgent
beforeEach(async () => {
  decisions.length = calls.length = 0
  forwardsToken = false
  exchanged = ({ userId }) => `exchanged-for-${userId}`
  unsubscribe = onPrincipalCall((call) => calls.push(call))
  agent = echoAgent()
  await agent.init()
})
afterEach(() => {
  unsubscribe()
  jest.restoreAllMocks()
})

const senders = () => backend.received.map(({ headers }) => headers.authorization)
const ask = () => agent.send('ask', { text: 'a room' })
const FOREIGN = {
  code: 'ERR_USER_TOKEN_REQUIRED',
  message: expect.stringContaining('it was opened for another principal') as string
}

describe('a call', () => {
  test('is performed in a session of its user, and told when it has succeeded', async () => {
    backend.answer = (_, res) => res.end('done')
    expect(await as('alice', ask)).toBe('done')
    expect(await as('alice', ask)).toBe('done')
    await as('bob', () => agent.send('other'))
    expect(agent.opened).toHaveLength(2)
    expect(agent.performed).toEqual([
      ['ask', { text: 'a room' }],
      ['ask', { text: 'a room' }],
      ['other', {}]
    ])
    expect(senders()).toEqual(
      ['alice', 'alice', 'bob'].map((name) => `Bearer exchanged-for-${name}`)
    )
    const ok = { service: 'agent', outcome: 'ok', context: 'spawn', tenant: 't1' }
    expect(calls).toEqual(
      ['alice', 'alice', 'bob'].map((user) => expect.objectContaining({ ...ok, user }) as object)
    )
  })

  test('that needs no message is no call of the agent', async () => {
    agent.answer = () => Promise.resolve('known')
    expect(await as('alice', ask)).toBe('known')
    expect(calls).toEqual([])
  })

  test('that fails is told, and not repeated', async () => {
    agent.answer = async (message) => {
      await message()
      throw Object.assign(new Error('no'), { code: -32602 })
    }
    await expect(as('alice', ask)).rejects.toMatchObject({
      code: 'ERR_REMOTE_ANSWER',
      message: expect.stringContaining('"agent" has answered ask with an error (-32602)') as string
    })
    expect(agent.performed).toHaveLength(1)
    expect(calls).toMatchObject([{ outcome: 'failed', code: 'ERR_REMOTE_ANSWER', user: 'alice' }])
  })

  test('whose session is over is performed once more in a new one', async () => {
    let lost = 1
    agent.answer = async (message) => {
      if (lost-- > 0) throw new SessionLost('the session has ended')
      return (await message()).status
    }
    expect(await as('alice', ask)).toBe(200)
    expect(agent.opened).toHaveLength(2)
    expect(agent.performed).toEqual([
      ['ask', { text: 'a room' }],
      ['ask', { text: 'a room' }]
    ])
    lost = 2
    await expect(as('alice', ask)).rejects.toMatchObject({ code: 'ERR_REMOTE_ANSWER' })
    expect(agent.performed).toHaveLength(4)
  })
})

describe('the principal of a message', () => {
  test('is decided once as long as nothing changes', async () => {
    agent.answer = async (message) => {
      await message()
      return (await message()).status
    }
    await as('alice', ask)
    expect(senders()).toHaveLength(2)
    expect(decisions).toEqual([['alice', 't1']])
  })

  test('is decided again when another user is current, and nothing is sent for that one', async () => {
    agent.answer = (message) => as('bob', () => message())
    await expect(as('alice', ask)).rejects.toMatchObject(FOREIGN)
    expect(decisions).toEqual([
      ['alice', 't1'],
      ['bob', 't1']
    ])
    expect(senders()).toEqual([])
  })

  test('is decided again in another tenant, and nothing is sent for that one', async () => {
    const technical = new cds.User.Privileged()
    agent.answer = (message) => as(technical, () => message(), 't2')
    await expect(as(technical, ask)).rejects.toMatchObject(FOREIGN)
    expect(decisions).toEqual([
      ['technical', 't1'],
      ['technical', 't2']
    ])
    expect(senders()).toEqual([])
  })

  test('is nobody outside of all contexts', async () => {
    agent.answer = async (message) => {
      cds.context = undefined
      return message()
    }
    await expect(as('alice', ask)).rejects.toMatchObject(FOREIGN)
    expect(decisions).toEqual([
      ['alice', 't1'],
      ['anonymous', undefined]
    ])
    agent.answer = async (message) => (await message()).status
    cds.context = undefined
    expect(await agent.handle(new cds.Request({ event: 'ask' }))).toBe(200)
    expect(decisions.slice(2)).toEqual([['anonymous', undefined]])
  })

  test('is decided again when the decision is a minute old', async () => {
    const user = tokenUser('alice')
    let now = Date.now()
    jest.spyOn(Date, 'now').mockImplementation(() => now)
    agent.answer = async (message) => {
      now += 59_999
      await message()
      expect(decisions).toHaveLength(1)
      now += 1
      await message()
      expect(decisions).toHaveLength(2)
    }
    await as(user, ask)
    expect(decisions).toEqual([
      ['alice', 't1'],
      ['alice', 't1']
    ])
  })
})

describe('the token of the request as it is', () => {
  const REFUSAL = {
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message:
      'destination "AGENT" would hand the token of the request to an agent as it is. Nothing was sent. Name a destination that ' +
      'exchanges the token: OAuth2UserTokenExchange, OAuth2JWTBearer, or PrincipalPropagation on premise.',
    explanation: { destination: 'AGENT' }
  }

  test('is refused before a session is opened', async () => {
    exchanged = ({ bearerToken }) => bearerToken
    await expect(as('alice', ask)).rejects.toMatchObject(REFUSAL)
    expect(agent.opened).toEqual([])
    expect(calls).toMatchObject([
      { outcome: 'failed', code: 'ERR_DESTINATION_UNAVAILABLE', user: 'alice' }
    ])
  })

  test('is refused as well where the token is another one, which came in exchange', async () => {
    forwardsToken = true
    await expect(as('alice', ask)).rejects.toMatchObject(REFUSAL)
    expect(agent.opened).toEqual([])
  })

  test('is refused for a message of a session as well', async () => {
    let now = Date.now()
    jest.spyOn(Date, 'now').mockImplementation(() => now)
    agent.answer = (message) => {
      now += 60_000
      exchanged = ({ bearerToken }) => bearerToken
      return message()
    }
    await expect(as(tokenUser('alice'), ask)).rejects.toMatchObject(REFUSAL)
    expect(senders()).toEqual([])
  })
})

describe('a queued call', () => {
  const message = (tenant: string) =>
    new cds.Request({ event: 'ask', context: { tenant } } as never)

  test('goes out in the tenant that it was queued in', async () => {
    await as(new cds.User.Privileged(), () => agent.handle(message('t2')))
    expect(decisions).toEqual([['technical', 't2']])
    expect(calls).toMatchObject([{ tenant: 't2', context: 'queue', outcome: 'ok' }])
  })

  test('is sent by the service that it was queued for', async () => {
    const other = echoAgent({}, 'other')
    await other.init()
    const req = new cds.Request({ event: 'ask' })
    senderOf(cds.queued(other), req)
    await as(new cds.User.Privileged(), () => agent.dispatch(req))
    expect([agent.performed, other.performed]).toEqual([[], [['ask', {}]]])
    expect(calls).toMatchObject([{ service: 'other', context: 'queue' }])
  })
})
