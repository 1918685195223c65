import { chainHeaders, chainProblem } from '../../../../src/destination/look-up/chains.js'
import {
  type DestinationOptions,
  resolveDestination
} from '../../../../src/destination/resolve/resolve.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const SEQUENTIAL = 'com.sap.sequentialUserPropagation'
const SAML = 'com.sap.iasGeneratedOAuth2SamlBearerAssertion'
const TARGET = { URL: 'https://backend.example', clientId: 'sb-maintenance!t1' }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    applications: { other: { xsSecurity: { xsappname: 'other' } } },
    destinations: {
      FIRST: { ...TARGET, Authentication: 'OAuth2UserTokenExchange' },
      LAST: { ...TARGET, Authentication: 'OAuth2JWTBearer' },
      TECHNICAL: { ...TARGET, Authentication: 'OAuth2ClientCredentials' },
      ON_PREMISE: {
        URL: 'http://s4.internal:44300',
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation'
      }
    },
    fragments: { 'wrong-client': { clientSecret: 'wrong' } }
  })
})
afterAll(() => landscape.stop())

const through = (variables: Record<string, string>): DestinationOptions => ({
  chain: { name: SEQUENTIAL, variables }
})
const FIRST = { tokenTransformationDestinationName: 'FIRST' }

test('the user goes through the first destination to the last one', async () => {
  const user = await landscape.user('alice')
  const destination = await resolveDestination('LAST', user, through(FIRST))
  expect(claimsOf(destination.authTokens?.[0]?.value ?? '')).toMatchObject({
    user_name: 'alice',
    zid: user.tenant
  })
  expect(destination.url).toBe(TARGET.URL)
})

test('with a chain and without are two tokens', async () => {
  const user = await landscape.user('bob')
  const { calls } = await landscape.calls(async () => {
    for (let i = 0; i < 2; i++) {
      await resolveDestination('LAST', user)
      await resolveDestination('LAST', user, through(FIRST))
    }
  })
  expect(calls['user']).toBe(2)
})

test.each<[string, string, Record<string, string>]>([
  ['a first destination that there is not', 'LAST', { tokenTransformationDestinationName: 'NONE' }],
  [
    'a first destination without a user',
    'LAST',
    { tokenTransformationDestinationName: 'ON_PREMISE' }
  ],
  ['a fragment that fails', 'LAST', { ...FIRST, tokenTransformationFragmentName: 'wrong-client' }],
  ['a fragment that there is not', 'LAST', { ...FIRST, tokenTransformationFragmentName: 'none' }]
])('%s: no token', async (_, name, variables) => {
  const user = await landscape.user('alice')
  await expect(resolveDestination(name, user, through(variables))).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE'
  })
})

test('an optional fragment that there is not is left out', async () => {
  const variables = {
    ...FIRST,
    tokenTransformationFragmentName: 'none',
    tokenTransformationFragmentOptional: 'true'
  }
  const user = await landscape.user('alice')
  const { authTokens } = await resolveDestination('LAST', user, through(variables))
  expect(claimsOf(authTokens?.[0]?.value ?? '').user_name).toBe('alice')
})

test.each(['TECHNICAL', 'ON_PREMISE'])('%s is no end of a chain', async (name) => {
  const user = await landscape.user('alice')
  const { calls } = await landscape.calls(() =>
    expect(resolveDestination(name, user, through(FIRST))).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(/can't be at the end of chain/) as string
    })
  )
  expect(Object.keys(calls)).toEqual(['none'])
})

test('headers of both chains', () => {
  expect(chainHeaders({ name: SEQUENTIAL, variables: FIRST }, 'token')).toEqual({
    'X-chain-name': SEQUENTIAL,
    'X-chain-var-tokenTransformationDestinationName': 'FIRST',
    'X-chain-var-userToken': 'token'
  })
  const variables = { samlProviderDestinationName: 'IAS', samlProviderFragmentName: 'f' }
  expect(chainHeaders({ name: SAML, variables }, 'token')).toEqual({
    'X-chain-name': SAML,
    'X-chain-var-samlProviderDestinationName': 'IAS',
    'X-chain-var-samlProviderFragmentName': 'f',
    'X-chain-var-subjectToken': 'token',
    'X-chain-var-subjectTokenType': 'urn:ietf:params:oauth:token-type:jwt'
  })
})

test.each<[unknown, RegExp | undefined]>([
  [{ name: SEQUENTIAL, variables: FIRST }, undefined],
  [{ name: SAML, variables: { samlProviderDestinationName: 'A b' } }, undefined],
  [{ name: SEQUENTIAL }, /^\.variables\.tokenTransformationDestinationName is missing$/],
  [{ name: `${SEQUENTIAL}s`, variables: FIRST }, /^\.name is .*: did you mean/],
  [{ name: 'mine', variables: FIRST }, /^\.name is "mine": use one of/],
  [{ name: 'constructor', variables: FIRST }, /^\.name is "constructor"/],
  [{ name: SEQUENTIAL, variables: FIRST, vars: {} }, /^\.vars is not known/],
  [
    { name: SAML, variables: FIRST },
    /^\.variables\.tokenTransformation\w+ is not known: there are/
  ],
  [
    { name: SEQUENTIAL, variables: { tokenTransformationDestinationname: 'X' } },
    /did you mean "tokenTransformationDestinationName"\?/
  ],
  [{ name: SEQUENTIAL, variables: { ...FIRST, userToken: 'x' } }, /userToken can't be set/],
  [
    { name: SAML, variables: { samlProviderDestinationName: 'X', subjectToken: 'x' } },
    /subjectToken can't be set/
  ],
  ...['', 'a\r\nX-user-token: b', 'ü', 1, null].map((value): [unknown, RegExp] => [
    { name: SEQUENTIAL, variables: { tokenTransformationDestinationName: value } },
    /has to be a text for a header/
  ]),
  ...[null, 'x', [], 1].map((chain): [unknown, RegExp] => [chain, /./])
])('%j', (chain, problem) => {
  const found = chainProblem(chain)
  if (problem) expect(found).toMatch(problem)
  else expect(found).toBeUndefined()
})
