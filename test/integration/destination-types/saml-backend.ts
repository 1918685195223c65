import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

import { acceptAssertion } from '../../../emulator/src/saml/accept-assertion.js'
import { UsedAssertions } from '../../../emulator/src/saml/used-assertions.js'
import type { Emulator } from '../../../emulator/src/index.js'
import { credentials, send } from '../../../emulator/test/support/http.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'

/** What the system is called in SAML. */
export const AUDIENCE = 'https://my1.s4hana.example'

const TOKEN_PATH = '/sap/bc/sec/oauth2/token'
const CLIENT = { id: 'CC_USER', secret: 'geheim' }

/** One call, as the system has understood it. */
export interface SamlCall {
  readonly user: string | undefined
  readonly scheme: string | undefined
  readonly session: unknown
}

/**
 * A system like S/4HANA Cloud that trusts the Destination service's key: assertions get an opaque token at its OAuth server,
 * or are used as they are, each one once.
 */
export class SamlBackend {
  readonly calls: SamlCall[] = []
  readonly #tokens = new Map<string, string>()
  readonly #used = new UsedAssertions()
  #server: HttpsServer | undefined
  #trusted: { entityId: string; certificates: string[] } | undefined

  static async start(): Promise<SamlBackend> {
    const backend = new SamlBackend()
    backend.#server = await startHttpsServer((req, res) => {
      void backend.#answer(req, res)
    })
    return backend
  }

  get url(): string {
    return this.#server!.url
  }

  get ca(): string {
    return this.#server!.ca
  }

  /** Properties of a destination that gets tokens here. */
  get oauth() {
    const { id: tokenServiceUser, secret: tokenServicePassword } = CLIENT
    const tokenServiceURL = this.url + TOKEN_PATH
    return { tokenServiceURL, tokenServiceUser, tokenServicePassword, audience: AUDIENCE }
  }

  /** What an administrator does: downloads the subaccount's certificate, and trusts it. */
  async trust(emulator: Emulator): Promise<void> {
    const { uri, tenantid } = credentials(emulator, 'destination')
    const authorization = `Bearer ${await emulator.issueToken({ client: 'destination' })}`
    const url = `${uri}/destination-configuration/v1/saml2Metadata/certificate`
    const { text: pem } = await send(url, { ca: emulator.ca, headers: { authorization } })
    this.#trusted = { entityId: `cfapps.localhost/${tenantid}`, certificates: [pem] }
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const respond = (status: number, body: object) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    try {
      if (req.url === TOKEN_PATH) return void respond(200, await this.#token(req))
      const [scheme, value = ''] = (req.headers.authorization ?? '').split(' ')
      const user = scheme === 'SAML2.0' ? await this.#user(value) : this.#tokens.get(value)
      const call = { user, scheme, session: req.headers['x-sap-security-session'] }
      this.calls.push(call)
      respond(user ? 200 : 401, { user: user ?? null })
    } catch (error) {
      respond(400, { error: 'invalid_grant', error_description: (error as Error).message })
    }
  }

  async #token(req: IncomingMessage) {
    const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')
    if (req.headers.authorization !== `Basic ${basic}`) throw new Error('wrong client')
    const form = new URLSearchParams(await text(req))
    const user = await this.#user(form.get('assertion') ?? '')
    const access_token = randomUUID()
    this.#tokens.set(access_token, user)
    return { access_token, token_type: 'Bearer', expires_in: 3600, scope: form.get('scope') ?? '' }
  }

  async #user(encoded: string): Promise<string> {
    const place = { audience: AUDIENCE, recipients: [this.url + TOKEN_PATH, `${this.url}/acs`] }
    const find = (issuer: string) =>
      Promise.resolve(issuer === this.#trusted?.entityId ? this.#trusted : undefined)
    const { subject } = await acceptAssertion(encoded, find, place, this.#used)
    return subject.value
  }
}
