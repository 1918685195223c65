import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'

import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { listen } from '../../../../emulator/src/http/listener.js'
import { CLIENTID, TENANT, XSAPPNAME } from './claims.js'
import { keys } from './keys.js'

/** Answers a request to `/token_keys` for a tenant. */
export type KeysAnswer = (res: ServerResponse, zid: string | null) => void

/** An XSUAA as far as an application sees it: a key set over https. The tests hold its keys. */
export interface TestXsuaa {
  /** PEM. */
  readonly ca: string
  readonly uaadomain: string
  readonly credentials: Record<string, string>
  /** Paths that were asked for, with their query. */
  readonly requests: string[]
  /** How it answers from now on. */
  answer: KeysAnswer
  stop(): Promise<void>
}

/** Publishes the good key for every tenant. */
export const goodKeys: KeysAnswer = (res) => {
  json(res, { keys: [keys.good.jwk, keys.good2.jwk] })
}

export function json(res: ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export async function startXsuaa(answer: KeysAnswer = goodKeys): Promise<TestXsuaa> {
  const authority = await createAuthority('Test authority')
  const server = createServer(
    await authority.issue({
      subject: [{ CN: ['localhost'] }],
      usage: 'server',
      hosts: [{ type: 'dns', value: 'localhost' }],
      validMs: 3600_000
    })
  )
  const { port, close } = await listen(server)
  const uaadomain = `localhost:${port}`
  const xsuaa: TestXsuaa = {
    ca: authority.cert,
    uaadomain,
    credentials: credentials(uaadomain),
    requests: [],
    answer,
    stop: close
  }
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const url = new URL(req.url ?? '/', `https://${uaadomain}`)
    xsuaa.requests.push(url.pathname + url.search)
    if (url.pathname === '/token_keys') xsuaa.answer(res, url.searchParams.get('zid'))
    else json(res, {}, 404)
  })
  return xsuaa
}

/** Of the broker plan, so that tokens of its clones are for this application, too. */
function credentials(uaadomain: string): Record<string, string> {
  return {
    clientid: CLIENTID,
    clientsecret: 'inbound-client-secret',
    xsappname: XSAPPNAME,
    uaadomain,
    url: `https://${uaadomain}`,
    identityzone: 'provider',
    identityzoneid: TENANT,
    tenantid: TENANT,
    tenantmode: 'shared',
    'credential-type': 'binding-secret'
  }
}
