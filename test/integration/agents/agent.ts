import { join } from 'node:path'

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'

import type { Emulator } from '../../../emulator/src/index.js'
import { requireNative } from '../../../emulator/src/lib/native.js'
import { TestBrowser } from '../../../emulator/test/authorize/browser.js'

// names below "localhost", also where the operating system does not know them
requireNative(join(__dirname, '../fidelity/localhost-names.cjs'))

const sdk = requireNative(
  '@modelcontextprotocol/sdk/client/auth.js'
) as typeof import('@modelcontextprotocol/sdk/client/auth.js')

/** Address that an agent listens at. */
export const CALLBACK = 'http://localhost:5000/login/callback'

/** Credentials of a client, which an agent is configured with. */
export interface AgentClient {
  readonly client_id: string
  readonly client_secret?: string
}

/** The facts that an agent has found on its way from a URL to a token. */
export interface Discovery {
  readonly authorizationServer: string
  readonly resource: string | undefined
  readonly scopes: string[] | undefined
  /** The address at which the user logs on. */
  readonly authorization: URL
}

/** An agent that knows the URL of an endpoint and its own client: the client of the MCP SDK, as it is. */
export class Agent {
  readonly #emulator: Emulator
  readonly #client: AgentClient
  readonly #callback: string
  #token: string | undefined

  constructor(emulator: Emulator, client: AgentClient, callback = CALLBACK) {
    this.#emulator = emulator
    this.#client = client
    this.#callback = callback
  }

  /** Sends a request with the token that it has got, if it has one. */
  get(url: string): Promise<Response> {
    const headers = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }
    return fetch(url, { headers })
  }

  /** Finds its way from a refused request to a token of a user who logs on in a browser. */
  async discover(url: string, username: string): Promise<Discovery> {
    const answer = await this.get(url)
    const { resourceMetadataUrl } = sdk.extractWWWAuthenticateParams(answer)
    if (answer.status !== 401 || !resourceMetadataUrl) throw new Error('no way to a token')
    const known: Partial<Discovery> = {}
    const provider = this.#provider(known)
    const options = { serverUrl: url, resourceMetadataUrl }
    await sdk.auth(provider, options)
    const authorizationCode = await this.#logOn(known.authorization!, username)
    await sdk.auth(provider, { ...options, authorizationCode })
    return known as Discovery
  }

  async #logOn(authorization: URL, username: string): Promise<string> {
    const browser = new TestBrowser(this.#emulator, authorization.origin)
    const page = await browser.get(authorization.pathname + authorization.search)
    const submitted = await browser.submit(page, { username })
    const location = String(submitted.headers.location)
    const isOver = location.startsWith(this.#callback)
    const end = isOver ? location : String((await browser.get(location)).headers.location)
    return new URL(end).searchParams.get('code') ?? ''
  }

  #provider(known: { -readonly [K in keyof Discovery]?: Discovery[K] }): OAuthClientProvider {
    let verifier = ''
    return {
      redirectUrl: this.#callback,
      clientMetadata: { redirect_uris: [this.#callback] },
      clientInformation: () => this.#client,
      tokens: () => undefined,
      saveTokens: ({ access_token }) => {
        this.#token = access_token
      },
      redirectToAuthorization: (url) => {
        known.authorization = url
      },
      saveCodeVerifier: (value) => {
        verifier = value
      },
      codeVerifier: () => verifier,
      saveDiscoveryState: ({ authorizationServerUrl, resourceMetadata }) => {
        known.authorizationServer = authorizationServerUrl
        known.resource = resourceMetadata?.resource
        known.scopes = resourceMetadata?.scopes_supported
      }
    }
  }
}
