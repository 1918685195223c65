import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { send, type Response } from '../../../emulator/test/support/http.js'
import { TestBrowser } from '../../../emulator/test/authorize/browser.js'
import { freePort } from '../../support/free-port.js'
import { end, Output, SAMPLE } from '../../support/sample.js'
import type { FidelityLandscape } from './landscape.js'
import { processEnvironment } from '../../support/environment.js'

const to = (source: string, destination: string, csrfProtection = false) => ({
  source: `^/${source}/(.*)$`,
  target: '/$1',
  destination,
  csrfProtection
})

const XS_APP = {
  authenticationMethod: 'route',
  logout: { logoutEndpoint: '/do/logout', logoutPage: '/logged-out.html' },
  routes: [
    to('api', 'api', true),
    to('internet', 'NO_AUTHENTICATION'),
    to('exchange', 'EXCHANGE'),
    to('system', 'PROPAGATION'),
    { source: '^/user-api/(.*)$', target: '$1', service: 'sap-approuter-userapi' },
    { source: '^/logged-out.html$', localDir: '.', authenticationType: 'none' }
  ]
}

/** `@sap/approuter` as it is, bound to everything in the landscape. */
export class BoundRouter {
  readonly url: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url
    this.#child = child
    this.#folder = folder
  }

  static async start({ emulator, echo }: FidelityLandscape): Promise<BoundRouter> {
    const folder = mkdtempSync(join(tmpdir(), 'cds-principal-router-'))
    writeFileSync(join(folder, 'xs-app.json'), JSON.stringify(XS_APP))
    writeFileSync(join(folder, 'logged-out.html'), 'Logged out')
    writeFileSync(join(folder, 'ca.pem'), `${emulator.ca}\n${echo.ca}`)
    const port = await freePort()
    const api = { name: 'api', url: echo.url, forwardAuthToken: true }
    const child = spawn(
      process.execPath,
      [
        '--require',
        join(__dirname, 'localhost-names.cjs'),
        join(SAMPLE, 'node_modules/@sap/approuter/approuter.js')
      ],
      {
        cwd: folder,
        env: {
          ...processEnvironment(),
          PORT: String(port),
          NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
          VCAP_SERVICES: JSON.stringify(emulator.vcapServices()),
          destinations: JSON.stringify([api]),
          // a plain redirect to the login page, in place of a script that keeps the fragment
          PRESERVE_FRAGMENT: 'false',
          JWT_REFRESH: '1'
        },
        stdio: ['ignore', 'pipe', 'pipe']
      }
    )
    await new Output(child).printed(/Application router is listening on port/)
    return new BoundRouter(`http://localhost:${port}`, child, folder)
  }

  async stop(): Promise<void> {
    await end(this.#child)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const BROWSER = { 'user-agent': 'Mozilla/5.0', accept: 'text/html' }
const SCRIPT = { 'x-requested-with': 'XMLHttpRequest' }

/** A browser at the router and at XSUAA: two origins, each with cookies of its own. */
export class Visitor {
  readonly #url: string
  readonly #cookies = new Map<string, string>()
  readonly xsuaa: TestBrowser

  constructor({ emulator }: FidelityLandscape, { url }: BoundRouter) {
    this.#url = url
    this.xsuaa = new TestBrowser(emulator)
  }

  /** Opens a page that needs a log-on: to the login page, and back. */
  async logOn(username: string, path = '/api/start'): Promise<Response> {
    const { headers } = await this.open(path)
    const login = await this.xsuaa.get(pathOf(headers.location))
    const back = await this.xsuaa.logOn(login, { username })
    return this.open(pathOf(back.headers.location))
  }

  /** As a page that the user goes to. */
  open(path: string): Promise<Response> {
    return this.#send(path, { headers: BROWSER })
  }

  /** As a script of a page. */
  fetch(path: string, options: { method?: string; headers?: object } = {}): Promise<Response> {
    return this.#send(path, { ...options, headers: { ...SCRIPT, ...options.headers } })
  }

  async #send(path: string, options: { method?: string; headers: object }): Promise<Response> {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { ...options.headers, ...(cookie && { cookie }) }
    const answer = await send(this.#url + path, { ...options, headers })
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const isGone = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line) || !value
      if (isGone) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }
}

export function pathOf(location: string | undefined): string {
  const { pathname, search } = new URL(location ?? '', 'http://localhost')
  return pathname + search
}
