import { setDefaultCACertificates } from 'node:tls'
import type { VcapServices } from '../../src/index.js'
import { attempt } from './attempt.js'

/** The calls of an application in a process of its own, as trust is process-wide. */
export interface IdentityTask {
  ca: string
  vcapServices: VcapServices
  /** Tokens of Identity Authentication, by name. */
  tokens: Record<string, string>
  /** Name of a dependency. */
  dependency: string
}

/** The results of `@sap/xssec`, the Cloud SDK and `jose` with Identity Authentication, as an application uses them. */
async function run({ ca, vcapServices, tokens, dependency }: IdentityTask) {
  setDefaultCACertificates([ca])
  process.env['VCAP_SERVICES'] = JSON.stringify(vcapServices)
  const { createSecurityContext, IdentityService, XsuaaService } = await import('@sap/xssec')
  const identity = new IdentityService(vcapServices.identity?.[0]?.credentials as never)
  const xsuaa = new XsuaaService(vcapServices.xsuaa[0]?.credentials as never)
  const verified: Record<string, unknown> = {}
  for (const [name, jwt] of Object.entries(tokens)) {
    verified[name] = await attempt(async () => {
      const { token } = await createSecurityContext(identity, { jwt })
      return { sub: token.payload.sub, jose: await joseVerifies(identity, jwt) }
    })
  }
  const alice = tokens['alice'] ?? ''
  const resource = `urn:sap:identity:application:provider:name:${dependency}`
  const claims = (jwt: string) =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
  const extended = new IdentityService(vcapServices.identity?.[0]?.credentials as never, {
    xsuaaLegacyExtension: { primaryContextType: 'XsuaaSecurityContext' }
  })
  const sdk = await import('@sap-cloud-sdk/connectivity')
  const sdkToken = async (options: object) =>
    claims((await sdk.getIasToken('identity', options)).token)
  return {
    verified,
    technical: await attempt(async () =>
      claims((await identity.fetchClientCredentialsToken()).access_token)
    ),
    password: await attempt(async () =>
      claims((await identity.fetchPasswordToken('bob', 'builder')).id_token)
    ),
    exchanged: await attempt(async () =>
      claims((await identity.fetchJwtBearerToken(alice, { resource })).access_token)
    ),
    extended: await attempt(async () => {
      const context = await createSecurityContext([extended, xsuaa], { jwt: alice })
      return claims(context.token.jwt)
    }),
    sdkTechnical: await attempt(() => sdkToken({ resource: { name: dependency } })),
    sdkUser: await attempt(() =>
      sdkToken({
        authenticationType: 'OAuth2JWTBearer',
        assertion: alice,
        resource: { name: dependency }
      })
    )
  }
}

/** With nothing but what discovery says. */
async function joseVerifies(identity: { credentials: object }, jwt: string): Promise<boolean> {
  const jose = await import('jose')
  const { url, clientid } = identity.credentials as Record<string, string>
  const discovery = await (await fetch(`${url}/.well-known/openid-configuration`)).json()
  const { issuer, jwks_uri } = discovery as Record<string, string>
  const keys = jose.createRemoteJWKSet(new URL(jwks_uri ?? ''))
  await jose.jwtVerify(jwt, keys, { issuer: issuer ?? '', audience: clientid ?? '' })
  return true
}

process.once('message', (task: IdentityTask) => {
  void run(task).then((results) => process.send?.(results, () => process.exit()))
})
