import { once } from 'node:events'
import { createServer } from 'node:http'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { Provider } from 'oidc-provider'
import { ACCOUNTS, AUDIENCE, CLIENT } from './accounts.mjs'

const HOUR = 3600
const KINDS = ['AccessToken', 'AuthorizationCode', 'Grant', 'IdToken', 'Interaction', 'Session']

/**
 * An OpenID Connect provider on this machine only, with a new key on every start. Nobody asks for a password: whoever a
 * request names (`login_hint`) is signed in, and has consented.
 *
 * @returns its issuer
 */
export async function startProvider(port) {
  let handle
  const server = createServer((req, res) => void handle(req, res)).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://localhost:${server.address().port}`
  const provider = new Provider(issuer, configuration())
  const callback = provider.callback()
  handle = (req, res) =>
    req.url.startsWith('/interaction/') ? signIn(provider, req, res) : callback(req, res)
  return issuer
}

function configuration() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ format: 'jwk' })
  return {
    jwks: { keys: [{ ...key, kid: randomBytes(8).toString('hex'), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    ttl: Object.fromEntries(KINDS.map((kind) => [kind, HOUR])),
    clients: [
      {
        client_id: CLIENT.client_id,
        redirect_uris: [CLIENT.redirect_uri],
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code']
      }
    ],
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, accountId) =>
      ACCOUNTS.has(accountId) ? { accountId, claims: () => ACCOUNTS.get(accountId) } : undefined,
    extraTokenClaims: (_, { accountId }) => ACCOUNTS.get(accountId),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // access tokens for a resource are JWTs (RFC 9068)
        getResourceServerInfo: () => ({
          audience: AUDIENCE,
          scope: 'api',
          accessTokenFormat: 'jwt'
        })
      }
    }
  }
}

async function signIn(provider, req, res) {
  try {
    const { params } = await provider.interactionDetails(req, res)
    const { login_hint: accountId, client_id: clientId, resource } = params
    if (!ACCOUNTS.has(accountId)) {
      const known = [...ACCOUNTS.keys()].join(', ')
      res.writeHead(400, { 'content-type': 'text/plain' }).end(`no such user, only ${known}\n`)
      return
    }
    const grant = new provider.Grant({ accountId, clientId })
    grant.addOIDCScope('openid')
    grant.addResourceScope(resource, 'api')
    const consent = { grantId: await grant.save() }
    await provider.interactionFinished(req, res, { login: { accountId }, consent })
  } catch {
    if (!res.headersSent) res.writeHead(400).end()
  }
}
