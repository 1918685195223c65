import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'

import { type HttpsServer, startHttpsServer } from '../../test/support/https-server.js'
import type { Kind } from './counts.js'

const KID = 'key-1'
const CLIENT = 'sb-day!t1'
const PROVIDER = 'provider'

/** Seconds for which tokens are valid that the application and destinations get: the default of XSUAA. */
const VALIDITY = 12 * 3600

/** Signature of tokens that the plugin only passes on; their receivers would verify it. */
const UNSIGNED = Buffer.alloc(256).toString('base64url')

type Claims = Readonly<Record<string, unknown>>
type HeaderValues = Readonly<Record<string, unknown>>

/**
 * XSUAA and the Destination service of the simulated day. Requests of `fetch` are answered in the process, as hundreds of thousands of them
 * take minutes over the network; those of other clients by an https server on loopback.
 */
export class Platform {
  readonly #server: HttpsServer
  readonly #keys: ReturnType<typeof newKeys>
  readonly #count: (kind: Kind) => void
  readonly #open = new Set<Promise<unknown>>()

  private constructor(
    server: HttpsServer,
    keys: ReturnType<typeof newKeys>,
    count: (kind: Kind) => void
  ) {
    this.#server = server
    this.#keys = keys
    this.#count = count
  }

  /** @param count - called for each request, with its kind */
  static async start(count: (kind: Kind) => void): Promise<Platform> {
    const keys = newKeys()
    const server = await startHttpsServer((req, res) => {
      const [kind, answer] = answerTo(req, keys.jwks)
      if (kind) count(kind)
      void send(req, res, answer)
    })
    return new Platform(server, keys, count)
  }

  /**
   * Answers the requests of `fetch` in this process.
   *
   * @returns a function that gives the process its own `fetch` back
   */
  replaceFetch(): () => void {
    const { fetch: own } = globalThis
    globalThis.fetch = (input, init) => {
      const { url, headers } = new Request(input, init)
      const answer = this.#answer(url, Object.fromEntries(headers))
      this.#open.add(answer)
      void answer.finally(() => this.#open.delete(answer))
      return answer
    }
    return () => {
      globalThis.fetch = own
    }
  }

  /** Resolves when everything is answered, also what nobody waits for, such as keys that are refreshed in the background. */
  async settled(): Promise<void> {
    while (this.#open.size) await Promise.all(this.#open)
  }

  /** Answers in the next turn of the event loop, so that others can ask for the same at the same time. */
  async #answer(url: string, headers: HeaderValues): Promise<Response> {
    await turn()
    const [kind, answer] = answerTo({ url, headers }, this.#keys.jwks)
    if (kind) this.#count(kind)
    return Response.json(answer ?? {}, { status: answer ? 200 : 404 })
  }

  /** Authority that clients must trust, PEM. */
  get ca(): string {
    return this.#server.ca
  }

  /** Bindings of the application by label. */
  get bindings() {
    const { url } = this.#server
    const common = { clientsecret: randomUUID(), url, tenantid: PROVIDER, identityzone: PROVIDER }
    const xsuaa = { ...common, uaadomain: new URL(url).host, xsappname: 'day!t1' }
    const proxy = { onpremise_proxy_host: 'localhost', onpremise_proxy_port: '20003' }
    return {
      xsuaa: { ...xsuaa, clientid: CLIENT },
      destination: { ...xsuaa, clientid: 'sb-destination!t1', uri: url },
      connectivity: { ...xsuaa, ...proxy, clientid: 'sb-connectivity!t1' }
    }
  }

  /** Issues the token of a user. @param seconds - for which it is valid */
  userToken(user: string, tenant: string, seconds: number): string {
    const iat = Math.floor(Date.now() / 1000)
    const host = new URL(this.#server.url).host
    const claims = {
      ...{ jti: randomUUID(), iss: `https://${tenant}.${host}/oauth/token`, aud: [CLIENT] },
      ...{ azp: CLIENT, cid: CLIENT, client_id: CLIENT, grant_type: 'authorization_code' },
      ...{ user_name: user, user_id: `${tenant}-${user}`, origin: 'sap.default', zid: tenant },
      ...{ scope: ['uaa.user'], ext_attr: { enhancer: 'XSUAA' }, iat, exp: iat + seconds }
    }
    const content = contentOf(claims)
    const signature = sign('sha256', Buffer.from(content), this.#keys.privateKey)
    return `${content}.${signature.toString('base64url')}`
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }
}

function newKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = publicKey.export({ format: 'jwk' })
  return { privateKey, jwks: { keys: [{ ...jwk, kid: KID, alg: 'RS256', use: 'sig' }] } }
}

function contentOf(claims: Claims): string {
  const parts = [{ alg: 'RS256', typ: 'JWT', kid: KID }, claims]
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}

const unsigned = (claims: Claims) => `${contentOf(claims)}.${UNSIGNED}`

/** Returns the kind of a request, and its answer; no kind for one that no instance should send. */
function answerTo(
  { url = '', headers }: { readonly url?: string | undefined; readonly headers: HeaderValues },
  jwks: object
): [Kind | undefined, object | undefined] {
  const { pathname, searchParams } = new URL(url, 'https://localhost')
  if (pathname === '/token_keys') return ['key-set', jwks]
  if (pathname === '/oauth/token') return ['service-token', serviceToken(headers['x-zid'])]
  const [, name = ''] = /\/v1\/destinations\/(\w+)$/.exec(pathname) ?? []
  const destinationConfiguration = DESTINATIONS[name]
  if (!destinationConfiguration) return [undefined, undefined]
  if (searchParams.has('$skipTokenRetrieval')) {
    return ['destination', { owner: OWNER, destinationConfiguration }]
  }
  const authTokens = [exchanged(String(headers['x-user-token']))]
  return ['user-token', { owner: OWNER, destinationConfiguration, authTokens }]
}

const OWNER = { SubaccountId: 'day', InstanceId: null }

const DESTINATIONS: Readonly<Record<string, object>> = {
  SYSTEM: {
    ...{ Name: 'SYSTEM', Type: 'HTTP', URL: 'http://s4.internal:44300' },
    ...{ ProxyType: 'OnPremise', Authentication: 'PrincipalPropagation' }
  },
  EXCHANGING: {
    ...{ Name: 'EXCHANGING', Type: 'HTTP', URL: 'https://api.example.com', ProxyType: 'Internet' },
    ...{ Authentication: 'OAuth2JWTBearer', clientId: CLIENT, clientSecret: 'secret' },
    tokenServiceURL: 'https://localhost/oauth/token'
  }
}

function serviceToken(zone: unknown) {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { jti: randomUUID(), zid: zone ?? PROVIDER, grant_type: 'client_credentials' }
  const token = unsigned({ ...claims, iat, exp: iat + VALIDITY })
  return { access_token: token, token_type: 'bearer', expires_in: VALIDITY, scope: '', jti: 'x' }
}

/** Returns a token of the same user, as the Destination service gets it for a destination. */
function exchanged(userToken: string) {
  const [, payload = ''] = userToken.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
  const iat = Math.floor(Date.now() / 1000)
  const value = unsigned({ ...claims, jti: randomUUID(), iat, exp: iat + VALIDITY })
  const http_header = { key: 'Authorization', value: `Bearer ${value}` }
  return { type: 'bearer', value, expires_in: String(VALIDITY), http_header }
}

async function send(req: IncomingMessage, res: ServerResponse, answer?: object): Promise<void> {
  await text(req)
  res.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
  res.end(JSON.stringify(answer ?? {}))
}
