import { callsAs } from '../../../src/explain/token/calls.js'
import type { Project } from '../../../src/explain/project/project.js'
import type { NamedUser } from '../../../src/user/principal.js'

const url = 'https://system.example.com'
const uaa = { clientid: 'c', clientsecret: 's', url: 'https://t1.example.com' }
const requires = {
  BOUND: { kind: 'rest', onBehalfOf: 'namedUser', credentials: { url, uaa } },
  FORWARDS: { kind: 'rest', onBehalfOf: 'namedUser', credentials: { url, forwardAuthToken: true } }
}

async function details(issuer: string, required: object = requires) {
  const alice: NamedUser = {
    ...{ kind: 'named', userId: 'alice', tenant: 't1', issuer, bearerToken: 'a.b.c' },
    expiresAt: Date.now() / 1000 + 3600
  }
  const calls = await callsAs(alice, 't1', { requires: required } as unknown as Project)
  return Object.fromEntries(
    calls.map(({ service, as, code, details: text }) => [service, code ?? `${as}: ${text}`])
  )
}

test('an exchange that was not tried is said where there would be one, and nowhere else', async () => {
  const bound = 'named user: the URL of its credentials, Authentication OAuth2JWTBearer'
  const forwards = 'named user: the URL of its credentials, Authentication none'
  expect(await details('xsuaa')).toEqual({ BOUND: bound, FORWARDS: forwards })
  expect(await details('ias')).toEqual({
    BOUND: `${bound}; the exchange of its token (ias) was not tried`,
    FORWARDS: forwards
  })
  expect(await details('own')).toEqual({
    BOUND: 'ERR_USER_TOKEN_REQUIRED',
    FORWARDS: 'ERR_USER_TOKEN_REQUIRED'
  })
})

test('an agent gets no token as it is, and is listed with a URL alone, too', async () => {
  const agents = {
    TOLD: { kind: 'mcp', credentials: { url, forwardAuthToken: true } },
    ASKED: { kind: 'a2a', credentials: { url } }
  }
  expect(await details('xsuaa', agents)).toEqual({
    TOLD: 'ERR_CONFIGURATION',
    ASKED: 'technical user: the URL of its credentials, Authentication none'
  })
})
