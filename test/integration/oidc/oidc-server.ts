import { type ChildProcess, fork } from 'node:child_process'
import { createHash, type JsonWebKey, randomBytes } from 'node:crypto'
import { join } from 'node:path'

import { end } from '../../support/sample.js'
import {
  MACHINE_CLIENT,
  REDIRECT,
  type Report,
  type Setup,
  USER_CLIENT
} from './provider-process.js'

/** What the token endpoint answers. */
export interface Tokens {
  readonly access_token: string
  readonly id_token: string
}

/** `oidc-provider`, a certified OpenID Connect server, in a process of its own on this machine. */
export class OidcServer {
  issuer = ''
  #requests: string[] = []
  readonly #child: ChildProcess
  readonly #accounts: Setup['accounts']

  private constructor(child: ChildProcess, accounts: Setup['accounts']) {
    this.#child = child
    this.#accounts = accounts
    child.on('message', (report: Report) => {
      if ('request' in report) this.#requests.push(report.request)
      else this.issuer = report.listening
    })
  }

  static async start(accounts: Setup['accounts'], ...keys: JsonWebKey[]): Promise<OidcServer> {
    const program = join(__dirname, 'provider-process.ts')
    const child = fork(program, { execArgv: ['--import', 'tsx'], stdio: 'ignore' })
    const server = new OidcServer(child, accounts)
    await server.#listening()
    await server.restart(...keys)
    return server
  }

  /** Starts the provider anew at the same place, with other keys; the first one signs. */
  async restart(...keys: JsonWebKey[]): Promise<void> {
    this.#child.send({ accounts: this.#accounts, keys } satisfies Setup)
    await this.#listening()
    this.#requests = []
  }

  /** Paths that were asked for since the last time. What the process reports comes in order, but later than its answers. */
  async takeRequests(): Promise<string[]> {
    this.#child.send('where')
    await this.#listening()
    const requests = this.#requests
    this.#requests = []
    return requests
  }

  #listening(): Promise<void> {
    return new Promise((done) => {
      const hear = (report: Report) => {
        if (!('listening' in report)) return
        this.#child.off('message', hear)
        done()
      }
      this.#child.on('message', hear)
    })
  }

  /** From the client_credentials grant. */
  async clientToken(resource: string): Promise<string> {
    const grant = { grant_type: 'client_credentials', ...MACHINE_CLIENT, resource }
    return (await this.#token(grant)).access_token
  }

  /** From the authorization code flow with PKCE, as a browser and its client go through it. */
  async userTokens(login: string, resource: string): Promise<Tokens> {
    const verifier = randomBytes(32).toString('base64url')
    const code = await this.#authorize({
      ...{ client_id: USER_CLIENT.client_id, response_type: 'code', redirect_uri: REDIRECT },
      ...{ scope: 'openid write', resource, login_hint: login, nonce: 'n', state: 's' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256'
    })
    const grant = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
    return this.#token({ ...grant, ...USER_CLIENT, code_verifier: verifier, resource })
  }

  stop(): Promise<void> {
    return end(this.#child)
  }

  /** Follows redirects with cookies, until the client would get the code. */
  async #authorize(params: Record<string, string>): Promise<string> {
    const cookies = new Map<string, string>()
    let url = new URL(`/auth?${String(new URLSearchParams(params))}`, this.issuer)
    while (url.origin === this.issuer) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
      const location = response.headers.get('location')
      if (!location) throw new Error(`sign-in: ${await response.text()}`)
      url = new URL(location, url)
    }
    return url.searchParams.get('code') ?? ''
  }

  async #token(grant: Record<string, string>): Promise<Tokens> {
    const body = new URLSearchParams(grant)
    const response = await fetch(`${this.issuer}/token`, { method: 'POST', body })
    if (!response.ok) throw new Error(`token endpoint: ${await response.text()}`)
    return (await response.json()) as Tokens
  }
}
