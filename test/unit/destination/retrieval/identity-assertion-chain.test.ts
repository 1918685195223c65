import {
  type DestinationOptions,
  resolveDestination
} from '../../../../src/destination/resolve/resolve.js'
import { TokenPrincipal } from '../../../../src/user/principal.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const TARGET = { URL: 'https://backend.example' }
const SAML2 = 'urn:ietf:params:oauth:token-type:saml2'
const NAME = 'urn:sap:identity:application:provider:name:'

/** Gets an assertion of Identity Authentication. */
const PROVIDER = {
  ...TARGET,
  Authentication: 'OAuth2TokenExchange',
  'tokenServiceURL.queries.requested_token_type': SAML2,
  'tokenServiceURL.queries.resource': `${NAME}xsuaa`
}
/** Gets a token for the assertion; without `tokenServiceURL`, of the XSUAA of the landscape. */
const CONSUMER = {
  ...TARGET,
  Authentication: 'OAuth2SAMLBearerAssertion',
  SAMLAssertionProvider: 'ClientProvided',
  clientKey: 'sb-maintenance!t1',
  tokenServiceUser: 'sb-maintenance!t1'
}

describe.each(['SECRET', 'X509_GENERATED'] as const)(
  'an application of Identity Authentication with %s',
  (credentialType) => {
    let landscape: Landscape
    beforeAll(async () => {
      landscape = await Landscape.start({
        identity: {
          credentialType,
          applications: {
            xsuaa: { saml: true },
            far: {
              saml: { entityId: 'https://far.example', recipient: 'https://far.example/token' }
            }
          },
          dependencies: { xsuaa: { application: 'xsuaa' }, far: { application: 'far' } }
        },
        trust: { ias: { identityTrust: true, roleCollections: {} } },
        destinations: {
          PROVIDER,
          JWT: { ...PROVIDER, 'tokenServiceURL.queries.requested_token_type': '' },
          FAR: { ...PROVIDER, 'tokenServiceURL.queries.resource': `${NAME}far` },
          WRONG: { ...PROVIDER, clientId: 'x', clientSecret: 'x' },
          OTHER_TYPE: { ...TARGET, Authentication: 'OAuth2JWTBearer' },
          CONSUMER,
          GENERATED: { ...CONSUMER, SAMLAssertionProvider: 'DestinationServiceGenerated' },
          SYSTEM: { ...CONSUMER, SystemUser: 'robot' }
        },
        fragments: { far: { 'tokenServiceURL.queries.resource': `${NAME}far` } }
      })
    })
    afterAll(() => landscape.stop())

    const through = (provider: string, more: Record<string, string> = {}): DestinationOptions => ({
      chain: {
        name: 'com.sap.iasGeneratedOAuth2SamlBearerAssertion',
        variables: { samlProviderDestinationName: provider, ...more }
      }
    })

    async function user(name: string) {
      const bearerToken = await landscape.emulator.issueToken({ user: name, issuer: 'ias' })
      const { app_tid: tenant, exp } = claimsOf(bearerToken)
      return new TokenPrincipal({
        userId: name,
        tenant,
        issuer: 'ias',
        expiresAt: exp,
        bearerToken
      })
    }

    test.each(['alice', 'bob'])(
      '%s goes out as herself or himself, with a token for the assertion',
      async (name) => {
        const destination = await resolveDestination(
          'CONSUMER',
          await user(name),
          through('PROVIDER')
        )
        expect(claimsOf(destination.authTokens?.[0]?.value ?? '')).toMatchObject({
          user_name: `${name}@example.com`,
          origin: 'ias',
          grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer'
        })
      }
    )

    test('the token is kept for the user, and no assertion is used twice', async () => {
      const alice = await user('alice')
      const { calls } = await landscape.calls(async () => {
        await resolveDestination('CONSUMER', alice, through('PROVIDER'))
        await resolveDestination('CONSUMER', alice, through('PROVIDER'))
      })
      expect(calls['user']).toBe(1)
      const again = { ...through('PROVIDER'), useCache: false }
      await expect(resolveDestination('CONSUMER', alice, again)).resolves.toBeDefined()
    })

    test.each<[string, string, Record<string, string>, RegExp]>([
      [
        'a provider that there is not',
        'NONE',
        {},
        /can't go through chain .*: a destination or fragment is not there/
      ],
      ['a provider of another type', 'OTHER_TYPE', {}, /can't go through chain .*: status 400/],
      ['a provider that gets a JWT', 'JWT', {}, /status 400/],
      ['wrong credentials at Identity Authentication', 'WRONG', {}, /status 400/],
      ['an assertion for somebody else', 'FAR', {}, /Audience of the assertion/],
      [
        'a fragment that leads elsewhere',
        'PROVIDER',
        { samlProviderFragmentName: 'far' },
        /Audience/
      ],
      [
        'a fragment that there is not',
        'PROVIDER',
        { samlProviderFragmentName: 'none' },
        /is not there/
      ]
    ])('%s: no token', async (_, provider, variables, reason) => {
      await expect(
        resolveDestination('CONSUMER', await user('alice'), through(provider, variables))
      ).rejects.toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE',
        message: expect.stringMatching(reason) as string
      })
    })

    test('an optional fragment that there is not is left out', async () => {
      const variables = { samlProviderFragmentName: 'none', samlProviderFragmentOptional: 'true' }
      const options = through('PROVIDER', variables)
      await expect(
        resolveDestination('CONSUMER', await user('alice'), options)
      ).resolves.toBeDefined()
    })

    test('a token of XSUAA is none that Identity Authentication takes', async () => {
      const alice = await landscape.user('alice')
      await expect(
        resolveDestination('CONSUMER', alice, through('PROVIDER'))
      ).rejects.toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE',
        message: expect.stringMatching(/status 400/) as string
      })
    })

    test.each<[string, string, DestinationOptions, RegExp]>([
      ['an assertion that is made by nobody', 'CONSUMER', {}, /comes from chain/],
      [
        'an assertion that nobody would use',
        'GENERATED',
        through('PROVIDER'),
        /would have no effect/
      ],
      [
        'a technical user in place of the one of the chain',
        'SYSTEM',
        through('PROVIDER'),
        /SystemUser/
      ],
      [
        'the other chain, which makes no assertion',
        'CONSUMER',
        {
          chain: {
            name: 'com.sap.sequentialUserPropagation',
            variables: { tokenTransformationDestinationName: 'OTHER_TYPE' }
          }
        },
        /comes from chain/
      ]
    ])('%s: refused before any token is asked for', async (_, name, options, reason) => {
      const alice = await user('alice')
      const { calls } = await landscape.calls(() =>
        expect(
          resolveDestination(name, alice, { ...options, useCache: false })
        ).rejects.toMatchObject({
          code: 'ERR_DESTINATION_UNAVAILABLE',
          message: expect.stringMatching(reason) as string
        })
      )
      expect(calls['user']).toBeUndefined()
      expect(calls['technical']).toBeUndefined()
    })
  }
)
