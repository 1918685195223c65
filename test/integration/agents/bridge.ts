import { readFileSync } from 'node:fs'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'

import { requireNative } from '../../../emulator/src/lib/native.js'
import { exchangeDescriptor } from '../../support/descriptor.js'
import { freePort } from '../../support/free-port.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'
import { RunningSample } from '../../support/running-sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { CALLBACK } from './agent.js'

const sdk = requireNative(
  '@modelcontextprotocol/sdk/client/auth.js'
) as typeof import('@modelcontextprotocol/sdk/client/auth.js')

const EXAMPLE = join(__dirname, '../../../examples/bridge')
const DEPENDENCIES = { '@cap-js/sqlite': '*', 'cds-principal': '*' }

/** The sample with the bridge of the examples. */
export class Bridge {
  readonly running: RunningSample
  /** Address of the application, as clients see it. */
  readonly url: string
  readonly #router: HttpsServer | undefined

  private constructor(running: RunningSample, url: string, router: HttpsServer | undefined) {
    this.running = running
    this.url = url
    this.#router = router
  }

  /** @param isSecure - true for https, which a router in front of the application ends */
  static async start(isSecure = false): Promise<Bridge> {
    const port = await freePort()
    const router = isSecure ? await startHttpsServer(forwardTo(port)) : undefined
    const url = router?.url ?? `http://localhost:${port}`
    if (router) trust(router.ca)
    try {
      const running = await RunningSample.start(
        {
          requires: { auth: { kind: 'principal', metadata: false } },
          env: { PORT: String(port), PUBLIC_URL: url, CONSENT_SECRET: 'secret' },
          files: {
            'package.json': JSON.stringify({
              ...{ name: 'sample', type: 'module', dependencies: DEPENDENCIES }
            }),
            'srv/server.ts': readFileSync(join(EXAMPLE, 'server.js'), 'utf8'),
            'srv/consent.js': readFileSync(join(EXAMPLE, 'consent.js'), 'utf8')
          }
        },
        { xsSecurity: descriptor(`${url}/oauth/callback`) }
      )
      return new Bridge(running, url, router)
    } catch (error) {
      await router?.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.running.stop()
    await this.#router?.stop()
  }
}

const descriptor = (redirect: string) =>
  exchangeDescriptor({ 'oauth2-configuration': { 'redirect-uris': [redirect] } })

/** Forwards requests as the router of a platform does. */
const forwardTo = (port: number) => (req: IncomingMessage, res: ServerResponse) => {
  const { method, url: path, headers: received } = req
  const headers = { ...received, 'x-forwarded-proto': 'https' }
  const sent = request({ host: 'localhost', port, method, path, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(res)
  })
  sent.on('error', () => res.destroy())
  req.pipe(sent)
}

/** An agent that knows nothing but the URL of the application, and registers itself: the client of the MCP SDK, as it is. */
export class RegisteringAgent {
  token = ''
  authorization: URL | undefined
  #client: { client_id: string } | undefined
  #verifier = ''
  readonly #serverUrl: string
  readonly #name: string
  readonly #callback: string

  constructor({ url }: Bridge, name: string, callback = CALLBACK) {
    this.#serverUrl = `${url}/mcp`
    this.#name = name
    this.#callback = callback
  }

  get clientId(): string {
    return this.#client!.client_id
  }

  /** Finds the authorization server, registers there, and says where the user logs on. */
  async begin(): Promise<URL> {
    await sdk.auth(this.#provider(), { serverUrl: this.#serverUrl })
    return this.authorization!
  }

  /** Gets a token for a code. */
  async end(authorizationCode: string): Promise<void> {
    await sdk.auth(this.#provider(), { serverUrl: this.#serverUrl, authorizationCode })
  }

  #provider(): OAuthClientProvider {
    return {
      redirectUrl: this.#callback,
      state: () => 'a+b',
      clientMetadata: { redirect_uris: [this.#callback], client_name: this.#name },
      clientInformation: () => this.#client,
      saveClientInformation: (client) => void (this.#client = client),
      tokens: () => undefined,
      saveTokens: ({ access_token }) => void (this.token = access_token),
      redirectToAuthorization: (url) => void (this.authorization = url),
      saveCodeVerifier: (value) => void (this.#verifier = value),
      codeVerifier: () => this.#verifier
    }
  }
}
