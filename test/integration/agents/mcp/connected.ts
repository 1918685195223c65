import { existsSync } from 'node:fs'

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { type Browser, chromium } from 'playwright-core'

import { requireNative } from '../../../../emulator/src/lib/native.js'
import { type AgentClient, CALLBACK } from '../agent.js'
import type { Content } from './messages.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file))

/** True if there is a Chromium; without one, tests of log-on pages are skipped. */
export const HAS_BROWSER = CHROMIUM !== undefined

/** Starts Chromium, if there is one. */
export function startBrowser(): Promise<Browser> | undefined {
  if (!CHROMIUM) return undefined
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 60_000 })
}

/** The answer that a client gets from the log-on page: the code and, as of RFC 9207, the issuer. */
type LoggedOn = [code: string, issuer?: string]

/** Clicks through the log-on page as a user does, and returns what the client gets. */
export async function logOnIn(
  browser: Browser,
  url: URL,
  user: string,
  callback = CALLBACK
): Promise<LoggedOn> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    await page.route(`${callback}**`, (route) =>
      route.fulfill({ body: 'You can close this page.' })
    )
    await page.goto(url.href)
    await page.getByRole('button', { name: new RegExp(`^${user} `) }).click()
    await page.waitForURL(`${callback}**`)
    const { searchParams } = new URL(page.url())
    const [code = '', issuer] = ['code', 'iss'].map((name) => searchParams.get(name) ?? undefined)
    return issuer === undefined ? [code] : [code, issuer]
  } finally {
    await context.close()
  }
}

/** The client of one of the two packages, as far as it is used here. */
interface Library {
  readonly Client: new (info: object) => {
    connect(transport: unknown): Promise<void>
    callTool(call: object): Promise<{ structuredContent?: Content; isError?: boolean }>
    listTools(): Promise<{ tools: { name: string }[] }>
    close(): Promise<void>
  }
  readonly StreamableHTTPClientTransport: new (
    url: URL,
    options: object
  ) => { finishAuth(...loggedOn: LoggedOn): Promise<void> }
}

const ofSdk = (path: string) =>
  requireNative(`@modelcontextprotocol/sdk/client/${path}.js`) as unknown as Library

/** Clients of MCP as they are published. */
export const LIBRARIES: Readonly<Record<string, () => Library>> = {
  '@modelcontextprotocol/sdk 1.32': () => ({ ...ofSdk('index'), ...ofSdk('streamableHttp') }),
  '@modelcontextprotocol/client 2': () => requireNative('@modelcontextprotocol/client')
}

/** A connected client. */
export interface Connected {
  readonly call: (name: string, args?: object) => Promise<Content>
  readonly tools: () => Promise<string[]>
  readonly close: () => Promise<void>
  /** Addresses of log-on pages that it has led its user to. */
  readonly visited: URL[]
}

/**
 * Connects a client that knows nothing but the URL and its own id: it finds the log-on page from a refused request.
 *
 * @param logOn - what the user does at the log-on page; returns the code, and the issuer
 * @param callback - address that the client listens at
 */
export async function connect(
  { Client, StreamableHTTPClientTransport }: Library,
  url: string,
  own: AgentClient,
  logOn: (page: URL) => Promise<LoggedOn>,
  callback = CALLBACK
): Promise<Connected> {
  const visited: URL[] = []
  const authProvider = providerFor(own, visited, callback)
  const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider })
  const first = transport()
  const client = new Client({ name: 'agent', version: '1' })
  await client.connect(first).then(
    () => Promise.reject(new Error('connected without a log-on')),
    (error: unknown) => (visited.length ? undefined : Promise.reject(error as Error))
  )
  await first.finishAuth(...(await logOn(visited[0]!)))
  const connected = new Client({ name: 'agent', version: '1' })
  await connected.connect(transport())
  return {
    visited,
    call: async (name, args = {}) =>
      (await connected.callTool({ name, arguments: args })).structuredContent ?? {},
    tools: async () => (await connected.listTools()).tools.map((tool) => tool.name),
    close: () => connected.close()
  }
}

function providerFor(own: AgentClient, visited: URL[], callback: string): OAuthClientProvider {
  let verifier = ''
  let discovered: Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>
  let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>
  return {
    redirectUrl: callback,
    clientMetadata: { redirect_uris: [callback] },
    clientInformation: () => own,
    tokens: () => tokens,
    saveTokens: (saved) => {
      tokens = saved
    },
    redirectToAuthorization: (url) => {
      visited.push(url)
    },
    saveCodeVerifier: (value) => {
      verifier = value
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (state) => {
      discovered = state
    },
    discoveryState: () => discovered
  }
}
