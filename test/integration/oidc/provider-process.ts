import type { JsonWebKey } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse
} from 'node:http'
import type { AddressInfo } from 'node:net'

import { requireNative } from '../../../src/lib/lazy.js'

/** What the process is told: whom it knows, and what it signs with; the first key signs. */
export interface Setup {
  readonly accounts: Record<string, Record<string, unknown>>
  readonly keys: JsonWebKey[]
}

/** What the process tells: where it is, and paths that it is asked for. */
export type Report = { readonly listening: string } | { readonly request: string }

/** As far as it is used here; the package has no types. */
interface Provider {
  callback(): RequestListener
  interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<{ params: Params }>
  interactionFinished(req: IncomingMessage, res: ServerResponse, result: object): Promise<void>
  Grant: new (of: object) => {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
}
type Params = Record<'client_id' | 'login_hint' | 'resource', string>

export const REDIRECT = 'https://client.example/callback'
export const USER_CLIENT = { client_id: 'web', client_secret: 'web-secret' }
export const MACHINE_CLIENT = { client_id: 'machine', client_secret: 'machine-secret' }

const LIFETIME = 3600
const KINDS = ['AccessToken', 'AuthorizationCode', 'ClientCredentials', 'Grant', 'IdToken']
const SESSION_KINDS = ['Interaction', 'Session']

function provider(issuer: string, { accounts, keys }: Setup): Provider {
  const { default: OidcProvider } = requireNative('oidc-provider') as {
    default: new (issuer: string, configuration: object) => Provider
  }
  return new OidcProvider(issuer, {
    jwks: { keys },
    ttl: Object.fromEntries([...KINDS, ...SESSION_KINDS].map((kind) => [kind, LIFETIME])),
    cookies: { keys: ['cookie-secret'] },
    clients: [
      { ...USER_CLIENT, redirect_uris: [REDIRECT] },
      {
        ...MACHINE_CLIENT,
        ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
      }
    ].map((client) => ({ ...client, token_endpoint_auth_method: 'client_secret_post' })),
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId })
    }),
    extraTokenClaims: (_: unknown, { accountId, clientId }: Record<string, string>) =>
      accounts[accountId ?? clientId ?? ''],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Access tokens for a resource are JWTs of type at+jwt (RFC 9068).
        getResourceServerInfo: (_: unknown, audience: string) => ({
          ...{ audience, scope: 'write', accessTokenFormat: 'jwt' }
        })
      }
    }
  })
}

/** What a sign-in page would do: whoever is asked for signs in, and consents. */
async function signIn(current: Provider, req: IncomingMessage, res: ServerResponse) {
  const { params } = await current.interactionDetails(req, res)
  const { login_hint: accountId, client_id: clientId, resource } = params
  const grant = new current.Grant({ accountId, clientId })
  grant.addOIDCScope('openid')
  grant.addResourceScope(resource, 'write')
  const consent = { grantId: await grant.save() }
  await current.interactionFinished(req, res, { login: { accountId }, consent })
}

function serve() {
  let current: Provider | undefined
  const report = (message: Report) => process.send?.(message)
  const server = createServer((req, res) => {
    report({ request: req.url ?? '' })
    if (!current) res.writeHead(503).end()
    else if (req.url?.startsWith('/interaction/')) void signIn(current, req, res)
    else current.callback()(req, res)
  }).listen(0, '127.0.0.1', () => {
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
    process.on('message', (message: Setup | 'where') => {
      if (message !== 'where') current = provider(issuer, message)
      report({ listening: issuer })
    })
    report({ listening: issuer })
  })
  process.once('disconnect', () => process.exit())
}

if (process.send && process.argv[1] === __filename) serve()
