import type { Emulator } from '../../src/index.js'
import { credentials, send, type Response } from '../support/http.js'

/** Uses the login page as a browser does: cookies by path, redirects one at a time. */
export class TestBrowser {
  readonly #emulator: Emulator
  readonly #url: string
  readonly #cookies = new Map<string, { value: string; path: string }>()

  /** @param url - of the identity provider; default: XSUAA */
  constructor(emulator: Emulator, url = emulator.url) {
    this.#emulator = emulator
    this.#url = url
  }

  /** `GET /oauth/authorize` as the application. */
  authorize(parameters: Record<string, string> = {}): Promise<Response> {
    const { clientid = '' } = credentials(this.#emulator)
    const query = new URLSearchParams({ ...CODE, client_id: clientid, ...parameters })
    return this.get(`/oauth/authorize?${query.toString()}`)
  }

  /** Logs on with the form of the page, and follows to the redirect of the application. */
  async logOn(page: Response, fields: Record<string, string>): Promise<Response> {
    const answer = await this.submit(page, fields)
    return answer.status === 302 ? this.get(String(answer.headers.location)) : answer
  }

  submit(page: Response, fields: Record<string, string>): Promise<Response> {
    const hidden = [...page.text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)]
    const form = hidden.map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')])
    const body = new URLSearchParams({ ...Object.fromEntries(form), ...fields }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.text) ?? []
    return this.#send(action, { method: 'POST', headers, body })
  }

  get(path: string): Promise<Response> {
    return this.#send(path, {})
  }

  /** Cookies that it would send to a path of any server on this host. */
  cookiesFor(path: string): string[] {
    return [...this.#cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([key, { value }]) => `${key.split(' ')[0] ?? ''}=${value}`)
  }

  async #send(path: string, options: { method?: string; headers?: object; body?: string }) {
    const cookie = this.cookiesFor(path).join('; ')
    const headers = { ...options.headers, ...(cookie && { cookie }) }
    const { ca } = this.#emulator
    const answer = await send(new URL(path, this.#url).href, { ...options, ca, headers })
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const [, at = '/'] = /Path=([^;]+)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) this.#cookies.delete(`${name} ${at}`)
      else this.#cookies.set(`${name} ${at}`, { value, path: at })
    }
    return answer
  }
}

/** Parameters of a regular request; the challenge is that of {@link VERIFIER}. */
export const CODE = {
  response_type: 'code',
  redirect_uri: 'http://localhost:5000/login/callback',
  state: 's&1',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256'
}

/** RFC 7636, appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** Parameters of a redirect. */
export function parametersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(new URL(String(headers.location)).searchParams)
}
