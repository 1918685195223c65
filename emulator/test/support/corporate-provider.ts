import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jose } from '../../src/lib/jose.js'

/** An OpenID Connect provider of a company, with nothing but its keys. */
export interface CorporateProvider {
  readonly issuer: string
  readonly jwks: { keys: object[] }
  /** @returns an ID token for the client `ias-at-corporate` with the e-mail address of alice, unless the claims say otherwise */
  readonly idToken: (claims?: Record<string, unknown>, expiresIn?: string) => Promise<string>
}

/** Client id of the tenant at the provider. */
export const CLIENT_AT_PROVIDER = 'ias-at-corporate'

/** Creates a provider with a new key. */
export async function createCorporateProvider(
  issuer = 'https://login.corporate.example'
): Promise<CorporateProvider> {
  const { publicKey, privateKey } = await jose.generateKeyPair('RS256')
  const jwk = { ...(await jose.exportJWK(publicKey)), kid: 'corporate-1', alg: 'RS256', use: 'sig' }
  const idToken = (claims: Record<string, unknown> = {}, expiresIn = '5 minutes') =>
    new jose.SignJWT({ sub: 'c-1', aud: CLIENT_AT_PROVIDER, email: 'alice@example.com', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'corporate-1', typ: 'JWT' })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(privateKey)
  return { issuer, jwks: { keys: [jwk] }, idToken }
}

/** Serves a key set on this machine. */
export async function serveKeys(jwks: object): Promise<{ uri: string; stop: () => void }> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { uri: `http://127.0.0.1:${port}/jwks`, stop }
}
