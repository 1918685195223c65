import { outboundDestination } from '../../../../src/remote/outbound.js'
import { TokenPrincipal } from '../../../../src/user/principal.js'

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** Looked into, and never verified here. */
const TOKEN = `${part({ alg: 'RS256' })}.${part({ sub: 'alice' })}.c2ln`

const ALICE = new TokenPrincipal({
  userId: 'alice',
  tenant: 't1',
  issuer: 'xsuaa',
  expiresAt: Date.now() / 1000 + 3600,
  bearerToken: TOKEN
})

const to = (url: string, forwardAuthToken = true) =>
  outboundDestination(
    {
      name: 'REMOTE',
      destination: { name: 'REMOTE', url, forwardAuthToken },
      onBehalfOf: undefined,
      minTokenLifetime: 0
    },
    ALICE,
    't1'
  )

describe('the token of a user is not forwarded in clear text', () => {
  test.each(['http://elsewhere.example', 'HTTP://10.0.0.1:8080/x', 'http://localhost.example'])(
    '%s is refused',
    async (url) => {
      await expect(to(url)).rejects.toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE',
        message: expect.stringMatching(
          /"REMOTE" would get the token of the user over http; use https/
        )
      })
    }
  )

  test.each(['https://elsewhere.example', 'http://localhost:4004', 'http://127.0.0.1'])(
    '%s gets it',
    async (url) => {
      const { destination } = await to(url)
      expect(destination.headers).toEqual({ authorization: `Bearer ${TOKEN}` })
    }
  )

  test('without a token, http is as good as ever', async () => {
    expect((await to('http://elsewhere.example', false)).destination).not.toHaveProperty('headers')
  })
})

test('the same for destinations of the environment variable', async () => {
  const local = { name: 'LOCAL', url: 'http://elsewhere.example', forwardAuthToken: true }
  process.env['destinations'] = JSON.stringify([local])
  const call = outboundDestination(
    { name: 'REMOTE', destination: 'LOCAL', onBehalfOf: undefined, minTokenLifetime: 0 },
    ALICE,
    't1'
  )
  await expect(call).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.stringContaining('over http; use https')
  })
  delete process.env['destinations']
})

describe('a header of its own in place of the token of the user is refused', () => {
  const refusal = {
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.stringContaining('has a header "authorization" of its own') as string
  }
  const headers = { Authorization: 'Bearer of-somebody' }
  const own = { name: 'OWN', url: 'https://x.example', forwardAuthToken: true }
  const call = (destination: string | object) =>
    outboundDestination(
      { name: 'REMOTE', destination, onBehalfOf: undefined, minTokenLifetime: 0 },
      ALICE,
      't1'
    )
  afterEach(() => {
    delete process.env['destinations']
  })

  test('in the credentials of a service', async () => {
    await expect(call({ ...own, headers })).rejects.toMatchObject(refusal)
  })

  test.each([
    ['headers', { ...own, headers }],
    [
      'properties',
      {
        ...{ Name: 'OWN', URL: own.url, forwardAuthToken: 'true' },
        'URL.headers.authorization': headers.Authorization
      }
    ]
  ])('of the environment variable, among its %s', async (_, destination) => {
    process.env['destinations'] = JSON.stringify([destination])
    await expect(call('OWN')).rejects.toMatchObject(refusal)
  })
})
