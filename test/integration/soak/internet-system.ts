import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import { jose } from '../../../emulator/src/lib/jose.js'
import type { Emulator } from '../../../emulator/src/index.js'
import { acceptAssertion } from '../../../emulator/src/saml/accept-assertion.js'
import { UsedAssertions } from '../../../emulator/src/saml/used-assertions.js'
import { credentials, send } from '../../../emulator/test/support/http.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'
import { RecordingSystem } from './record.js'

const AUDIENCE = 'https://soak.example'
const TOKEN_PATH = '/oauth2/token'
const CLIENT = { id: 'client', secret: 'secret-of-the-client' }

type Trusted = Parameters<typeof acceptAssertion>[1]

/** A system on the internet for all tenants: tokens of the emulated XSUAA, assertions, and a technical user of each tenant. */
export class InternetSystem {
  readonly system = new RecordingSystem()
  readonly #tokens = new Map<string, string>()
  readonly #used = new UsedAssertions()
  readonly #identityProviders = new Map<string, { tenant: string; certificate: string }>()
  #server!: HttpsServer
  #keys!: ReturnType<typeof jose.createLocalJWKSet>
  #provider = ''

  static async start(): Promise<InternetSystem> {
    const internet = new InternetSystem()
    internet.#server = await startHttpsServer((req, res) => {
      const work =
        req.url === TOKEN_PATH
          ? internet.#token(req).then((body) => {
              res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
            })
          : internet.#whose(req).then((who) => internet.system.answer(req, res, who))
      work.catch((error: unknown) => {
        if (!res.headersSent) res.writeHead(400)
        res.end(JSON.stringify({ error: 'invalid_grant', error_description: String(error) }))
      })
    })
    return internet
  }

  get url(): string {
    return this.#server.url
  }

  get ca(): string {
    return this.#server.ca
  }

  /** What must not be printed anywhere: tokens that it has issued, passwords. */
  get secrets(): string[] {
    return [...this.#tokens.keys(), CLIENT.secret]
  }

  /** Properties of a destination that gets tokens here, for an assertion. */
  get oauth() {
    const { id: tokenServiceUser, secret: tokenServicePassword } = CLIENT
    const tokenServiceURL = this.url + TOKEN_PATH
    return { tokenServiceURL, tokenServiceUser, tokenServicePassword, audience: AUDIENCE }
  }

  /** What an administrator sets up. */
  async trust(emulator: Emulator, tenants: readonly string[]): Promise<void> {
    const { ca, url } = emulator
    const { body } = await send(`${url}/token_keys`, { ca })
    this.#keys = jose.createLocalJWKSet(body)
    const { uri, tenantid = '' } = credentials(emulator, 'destination')
    this.#provider = tenantid
    for (const tenant of tenants) {
      const id = tenant === 'provider' ? tenantid : tenant
      const token = await emulator.issueToken({ client: 'destination', tenant: id })
      const headers = { authorization: `Bearer ${token}` }
      const path = 'destination-configuration/v1/saml2Metadata/certificate'
      const { text: certificate } = await send(`${uri}/${path}`, { ca, headers })
      this.#identityProviders.set(`cfapps.localhost/${id}`, { tenant, certificate })
    }
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }

  async #whose({ headers }: IncomingMessage): Promise<string> {
    const [scheme, value = ''] = headers.authorization?.split(' ') ?? []
    if (scheme === 'Basic') {
      const [user = ''] = Buffer.from(value, 'base64').toString().split(':')
      return user.replace('tech-', 'system@')
    }
    const known = this.#tokens.get(value)
    if (scheme !== 'Bearer' || known) return known ?? 'nobody'
    const verified = await jose.jwtVerify(value, this.#keys).catch(() => undefined)
    if (!verified) return 'nobody'
    const { user_name, zid, grant_type } = verified.payload as Record<string, string>
    const tenant = zid === this.#provider ? 'provider' : String(zid)
    if (user_name) return `${user_name}@${tenant}`
    return grant_type === 'client_credentials' ? `system@${tenant}` : 'nobody'
  }

  async #token(req: IncomingMessage) {
    const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')
    if (req.headers.authorization !== `Basic ${basic}`) throw new Error('wrong client')
    const form = new URLSearchParams(await text(req))
    let tenant = ''
    const find: Trusted = (entityId) => {
      const found = this.#identityProviders.get(entityId)
      tenant = found?.tenant ?? ''
      return Promise.resolve(found && { entityId, certificates: [found.certificate] })
    }
    const place = { audience: AUDIENCE, recipients: [this.url + TOKEN_PATH] }
    const { subject } = await acceptAssertion(form.get('assertion') ?? '', find, place, this.#used)
    const access_token = randomUUID()
    this.#tokens.set(access_token, `${subject.value}@${tenant}`)
    return { access_token, token_type: 'Bearer', expires_in: 3600 }
  }
}
