import type { JsonWebKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { forge, signingKey } from '../oidc/forge.js'

/** An issuer of OpenID Connect on this machine, which publishes the next key at the moment when it signs with it. */
export class RotatingIssuer {
  readonly #server = createServer()
  #keys: [current: JsonWebKey, ...former: JsonWebKey[]] = [signingKey('key-1')]

  static async start(): Promise<RotatingIssuer> {
    const issuer = new RotatingIssuer()
    issuer.#server.on('request', (req, res) => {
      const { url } = issuer
      const keys = issuer.#keys.map(({ kid, kty, use, alg, n, e }) => ({
        kid,
        kty,
        use,
        alg,
        n,
        e
      }))
      const metadata = { issuer: url, jwks_uri: `${url}/jwks` }
      const document = req.url === '/jwks' ? { keys } : metadata
      res.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    })
    issuer.#server.listen(0, '127.0.0.1')
    await once(issuer.#server, 'listening')
    return issuer
  }

  get url(): string {
    return `http://localhost:${String((this.#server.address() as AddressInfo).port)}`
  }

  token(sub: string, aud: string): string {
    const [key] = this.#keys
    const exp = Math.floor(Date.now() / 1000) + 3600
    return forge(key, { kid: key.kid }, { iss: this.url, aud, sub, exp })
  }

  rotate(): void {
    this.#keys = [signingKey(`key-${String(this.#keys.length + 1)}`), ...this.#keys]
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
