import { isCap9 } from '../../support/cap-version.js'
import { RunningSample } from '../../support/running-sample.js'
import { PolicySample } from './policy-sample.js'
import { withoutMetadata } from '../../support/challenge.js'

const MINUTE = { minTokenLifetime: 60 }
const rest = (credentials: object, options: object = {}) => ({
  kind: 'rest',
  credentials,
  ...options
})

describe('minTokenLifetime', () => {
  let app: PolicySample
  beforeAll(async () => {
    app = await PolicySample.start(({ url }, uaa) => ({
      PP: rest({ destination: 'PP' }),
      PP_MINUTE: rest({ destination: 'PP' }, MINUTE),
      FORWARD_MINUTE: rest({ url, forwardAuthToken: true }, MINUTE),
      JWT: rest({ destination: 'JWT' }),
      JWT_MINUTE: rest({ destination: 'JWT' }, MINUTE),
      JWT_YEAR: rest({ destination: 'JWT' }, { minTokenLifetime: 31_536_000 }),
      BINDING_MINUTE: rest({ url, uaa }, { ...MINUTE, onBehalfOf: 'namedUser' }),
      CURRENT: rest({ destination: 'CC' }, { ...MINUTE, onBehalfOf: 'currentUser' }),
      SYSTEM: rest({ destination: 'CC' }, { ...MINUTE, onBehalfOf: 'systemUser' })
    }))
  })
  afterAll(() => app.stop())

  /** The code of the refusal, or `sent`. */
  async function outcome(expiresIn: number, target: string): Promise<string> {
    const connections = app.emulator.connections.connectivity
    app.backend.calls.length = 0
    const { code } = await app.call(await app.as('alice', expiresIn), { target })
    if (code) {
      expect(app.backend.calls).toEqual([])
      expect(app.emulator.connections.connectivity).toBe(connections)
    }
    return code ?? 'sent'
  }

  test.each<[seconds: number, target: string, outcome: string]>([
    [-1, 'PP', 'ERR_TOKEN_EXPIRES'],
    [4, 'PP', 'ERR_TOKEN_EXPIRES'],
    [50, 'PP', 'sent'],
    [50, 'PP_MINUTE', 'ERR_TOKEN_EXPIRES'],
    [120, 'PP_MINUTE', 'sent'],
    [50, 'FORWARD_MINUTE', 'ERR_TOKEN_EXPIRES'],
    [120, 'FORWARD_MINUTE', 'sent'],
    [-1, 'JWT', 'ERR_TOKEN_EXPIRES'],
    [50, 'JWT_MINUTE', 'sent'], // it is exchanged for one that lasts
    [50, 'BINDING_MINUTE', 'sent'],
    [-1, 'BINDING_MINUTE', 'ERR_TOKEN_EXPIRES'],
    [50, 'JWT_YEAR', 'ERR_TOKEN_EXPIRES'], // not even the one that is got in exchange
    [-1, 'CURRENT', 'ERR_TOKEN_EXPIRES'], // and not the technical user instead
    [-1, 'SYSTEM', 'sent']
  ])('a token that ends in %i seconds, %s: %s', async (seconds, target, expected) => {
    expect(await outcome(seconds, target)).toBe(expected)
  })
})

test('the client gets 401 with invalid_token, and constant text', async () => {
  const options = { requires: { API_EQUIPMENT: { minTokenLifetime: 1e6 } } }
  const sample = await RunningSample.start(options)
  try {
    const alice = await sample.as('alice')
    const { result, connections } = await sample.recorded(() =>
      alice.get('/odata/v4/maintenance/Equipment?$top=1')
    )
    expect(result).toMatchObject({
      status: 401,
      body: isCap9
        ? { error: { code: 'ERR_TOKEN_EXPIRES', message: 'Unauthorized' } }
        : { text: 'Unauthorized' }
    })
    const challenge = withoutMetadata(result.headers['www-authenticate'])
    expect(challenge).toBe('Bearer error="invalid_token"')
    expect(connections).toBe(0)
    await sample.sample.printed(/ERR_TOKEN_EXPIRES · [^·]+ · "API_EQUIPMENT".*"minTokenLifetime"/)
  } finally {
    await sample.stop()
  }
})
