import type { Emulator } from '../../src/index.js'
import { type Response, viaProxy } from '../support/http.js'

/** Virtual host of the mocked system. */
export const S4 = 's4.mock:44300'

/** A service of the mocked system, called as a user through the Cloud Connector. */
export class S4Service {
  readonly #emulator: Emulator
  readonly #root: string
  readonly #user: string

  constructor(emulator: Emulator, root: string, user: string) {
    this.#emulator = emulator
    this.#root = root
    this.#user = user
  }

  /** Sends a request; the path is relative to the service. */
  send(method: string, path: string, own: Record<string, string> = {}, body?: object) {
    const headers = {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
      ...own
    }
    return viaProxy(this.#emulator, `http://${S4}${this.#root}/${path}`, {
      method,
      user: this.#user,
      headers,
      ...(body && { body: JSON.stringify(body) })
    })
  }

  /** Sends a change, with a CSRF token and the session that it belongs to. */
  async change(
    method: string,
    path: string,
    body?: object,
    own: Record<string, string> = {}
  ): Promise<Response> {
    return this.send(method, path, { ...(await this.session()), ...own }, body)
  }

  /** Fetches a CSRF token. */
  async session(): Promise<{ 'x-csrf-token': string; cookie: string }> {
    const { headers } = await this.send('HEAD', '', { 'x-csrf-token': 'Fetch' })
    const cookie = (headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ')
    return { 'x-csrf-token': String(headers['x-csrf-token']), cookie }
  }
}
