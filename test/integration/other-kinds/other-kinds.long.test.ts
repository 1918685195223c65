import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { exchangeDescriptor } from '../../support/descriptor.js'
import { startLandscape } from '../../support/emulator.js'
import { RunningSample } from '../../support/running-sample.js'
import { startSample } from '../../support/sample.js'
import { TokenBackend } from '../destination-types/token-backend.js'

describe('an implementation to which nobody sees', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startLandscape()
  })
  afterAll(() => emulator.stop())

  test('stops the start with onBehalfOf, not the first call', async () => {
    const agent = { kind: 'a2a', impl: 'srv/agent', credentials: { url: 'https://agent.example' } }
    const start = startSample({
      emulator,
      extra: join(__dirname, 'app'),
      requires: { kinds: { a2a: {} }, AGENT: { ...agent, onBehalfOf: 'systemUser' } }
    })
    await expect(start).rejects.toThrow(
      /ended before[\s\S]*cds\.requires\.AGENT\.onBehalfOf is set, but its implementation does not see to it/
    )
  })
})

describe('an implementation with the documented function', () => {
  let backend: TokenBackend
  let app: RunningSample
  beforeAll(async () => {
    backend = await TokenBackend.start()
    const target = { URL: backend.url, clientId: 'sb-maintenance!t1' }
    const agent = (destination: string, onBehalfOf: string) => ({
      ...{ kind: 'a2a', impl: 'srv/agent', onBehalfOf },
      credentials: { destination }
    })
    const roles = ['Technician', 'Token_Exchange']
    app = await RunningSample.start(
      {
        ca: backend.ca,
        extra: join(__dirname, 'calling-app'),
        requires: {
          kinds: { a2a: {} },
          NAMED: agent('USERS', 'namedUser'),
          SYSTEM: agent('TECHNICAL', 'systemUser'),
          RFC: agent('RFC', 'namedUser')
        }
      },
      {
        users: { alice: { roles }, bob: { roles } },
        xsSecurity: exchangeDescriptor(),
        destinations: {
          USERS: { ...target, Authentication: 'OAuth2UserTokenExchange' },
          TECHNICAL: { ...target, Authentication: 'OAuth2ClientCredentials' },
          RFC: {
            Type: 'RFC',
            'jco.client.ashost': 's4.internal',
            Authentication: 'PrincipalPropagation'
          }
        }
      }
    )
    backend.trust(app.emulator)
  })
  afterAll(async () => {
    await app.stop()
    await backend.stop()
  })
  beforeEach(() => {
    backend.calls.length = 0
  })

  async function asked(how: string, agent: string, user?: string) {
    const { body } = await (await app.as(user)).get(`/odata/v4/ask/${how}(agent='${agent}')`)
    return JSON.parse(body.value as unknown as string)
  }

  test('on behalf of a named user, each user calls as that user', async () => {
    const users = ['alice', 'bob', 'alice', 'bob']
    const answers = await Promise.all(users.map((user) => asked('ask', 'NAMED', user)))
    expect(answers.map(({ user }) => user)).toEqual(users)
    expect(backend.calls).toHaveLength(4)
  })

  test.each([
    ['a technical user', 'ask', undefined],
    ['the privileged user in a request of alice', 'privileged', 'alice'],
    ['the privileged user after a request of alice', 'spawned', 'alice']
  ])('%s is not alice, and calls nobody', async (_, how, user) => {
    expect(await asked(how, 'NAMED', user)).toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    expect(backend.calls).toEqual([])
  })

  test.each([
    ['ask', 'alice'],
    ['privileged', 'alice'],
    ['spawned', 'alice'],
    ['ask', undefined]
  ])('on behalf of the system, nobody else goes out: %s as %s', async (how, user) => {
    expect(await asked(how, 'SYSTEM', user)).toMatchObject({
      user: null,
      grant: 'client_credentials'
    })
  })

  test('a destination without a URL (RFC) is refused, and sends nobody', async () => {
    expect(await asked('ask', 'RFC', 'alice')).toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE'
    })
  })
})
