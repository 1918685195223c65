import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'

import { createAuthority } from '../../../emulator/src/certificates/authority.js'
import { listen } from '../../../emulator/src/http/listener.js'
import { type Claims, now } from '../inbound/support/claims.js'
import { jws } from '../inbound/support/jws.js'
import { keys } from '../inbound/support/keys.js'

export const CLIENT = '3d7f4a3e-0d1c-4a0e-9b0e-3f7b6a1f6c2d'
export const TENANT = '9b2c1d7a-6e1f-4c57-8f4e-5a1b2c3d4e5f'

/** Identity Authentication as far as an application sees it: discovery and keys over https. */
export interface TestIas {
  readonly ca: string
  readonly credentials: Record<string, unknown>
  /** Headers of the requests for keys. */
  readonly requests: IncomingHttpHeaders[]
  token(claims?: Claims): string
  stop(): Promise<void>
}

export async function startIas(): Promise<TestIas> {
  const authority = await createAuthority('Test authority')
  const validMs = 3600_000
  const hosts = [{ type: 'dns' as const, value: 'localhost' }]
  const subject = [{ CN: ['localhost'] }]
  const server = createServer(await authority.issue({ subject, usage: 'server', hosts, validMs }))
  const { port, close } = await listen(server)
  const host = `localhost:${port}`
  const url = `https://${host}`
  const requests: IncomingHttpHeaders[] = []
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    res.setHeader('content-type', 'application/json')
    if (req.url === '/oauth2/certs') {
      requests.push(req.headers)
      if (req.headers['x-app_tid'] !== TENANT) res.statusCode = 400
      res.end(JSON.stringify({ keys: [keys.good.jwk] }))
    } else {
      res.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/oauth2/certs` }))
    }
  })
  return {
    ca: authority.cert,
    credentials: { clientid: CLIENT, clientsecret: 'ias-client-secret', url, domains: [host] },
    requests,
    token: (claims) =>
      jws({ alg: 'RS256', kid: keys.good.jwk.kid }, { ...userClaims(url), ...claims }),
    stop: close
  }
}

function userClaims(iss: string): Claims {
  return {
    ...{ iss, aud: CLIENT, azp: CLIENT, app_tid: TENANT, jti: 'a1', iat: now(), exp: now() + 3600 },
    ...{ sub: 'P000001', user_uuid: 'u1', scim_id: 's1', sap_id_type: 'user' },
    ...{ given_name: 'Alice', family_name: 'Example', email: 'alice@example.com' },
    groups: ['maintenance']
  }
}
