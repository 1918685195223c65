import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

/** An OpenID Connect issuer with one key. */
export interface TestIssuer {
  readonly url: string
  /** Returns a token with these claims; `forged` is signed with another key, whose `kid` is that of the issuer's unless it is given. */
  token(claims?: object, forged?: boolean, kid?: string): string
  stop(): Promise<unknown>
}

/** Starts an issuer whose tokens are for the audience `shop`. */
export async function startIssuer(): Promise<TestIssuer> {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }
  const server = createServer((_, res) => res.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((done) => server.listen(0, 'localhost', done))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  return {
    url,
    token: (claims = {}, forged = false, kid = 'k1') => tokenOf(url, claims, forged, kid),
    stop: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    }
  }
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenOf(iss: string, claims: object, forged: boolean, kid: string): string {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const own = { sub: 'alice@example.com', groups: ['clerks'], plants: ['1010'] }
  const payload = { iss, aud: 'shop', exp, ...own, ...claims }
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(payload)}`
  const signature = sign('sha256', Buffer.from(signed), forged ? other : privateKey)
  return `${signed}.${signature.toString('base64url')}`
}
