import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { createSigningIdentity } from '../../../../emulator/src/saml/signing-identity.js'
import type { NamedUser } from '../../../../src/user/principal.js'
import { type HttpsServer, startHttpsServer } from '../../../support/https-server.js'
import { forge, signingKey } from '../../../integration/oidc/forge.js'
import { credentials, send } from '../../../../emulator/test/support/http.js'
import { cdsRequires } from './cds-requires.js'
import { Landscape, trust } from './landscape.js'

export const SAML2_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const TARGET = { URL: 'https://backend.example', clientId: 'sb-maintenance!t1' }
const DESTINATIONS = {
  S4: { URL: 'http://s4.internal', ProxyType: 'OnPremise', Authentication: 'PrincipalPropagation' },
  EXCHANGE: { ...TARGET, Authentication: 'OAuth2UserTokenExchange' },
  KEYS: { ...TARGET, Authentication: 'OAuth2JWTBearer', 'x_user_token.jwks_uri': 'https://x' },
  TECHNICAL: { ...TARGET, Authentication: 'OAuth2ClientCredentials' }
}
const EXTERNAL = 'https://idp.example'
const KEY = signingKey('external')
const CLAIMS = {
  ...{ iss: EXTERNAL, aud: 'api', sub: 'p-1', login: 'alice', email: 'alice@idp.example' },
  ...{ groups: ['technicians'], plants: ['1010', 1710, null, {}], deep: { name: 'carol' } }
}

/** A request that came to XSUAA. */
export interface Asked {
  readonly url: string
  readonly authorization: unknown
  readonly zid: unknown
  readonly form: URLSearchParams
}

/** A landscape that trusts the application as an identity provider, and a place to look at and change what XSUAA says. */
export class ExternalLandscape {
  readonly landscape: Landscape
  /** PEM: signs assertions. */
  readonly key: string
  asked: Asked[] = []
  /** Instead of XSUAA's. */
  answer: { status: number; body: object } | undefined
  #between: HttpsServer | undefined

  private constructor(landscape: Landscape, key: string) {
    this.landscape = landscape
    this.key = key
  }

  static async start(): Promise<ExternalLandscape> {
    const { key, certificate } = await createSigningIdentity('application')
    const roleCollections = { technicians: ['Technician', 'Token_Exchange'] }
    const partner = { entityId: 'urn:example:api', certificate, roleCollections }
    const landscape = await Landscape.start({ trust: { partner }, destinations: DESTINATIONS })
    const external = new ExternalLandscape(landscape, key)
    await external.#listen()
    return external
  }

  /** Back to a good configuration, and nothing asked. */
  reset(): void {
    this.asked = []
    this.answer = undefined
    this.configure(this.saml())
  }

  /** Options of the issuer, with an exchange by SAML assertion. */
  saml(more: object = {}): object {
    const exchange = { grant: 'saml2-bearer', assertionIssuer: 'urn:example:api', key: this.key }
    return issuer({ ...exchange, ...more })
  }

  /** Sets `cds.requires`. */
  configure(partner: object, requires: object = {}, binding: object = {}): void {
    const { emulator } = this.landscape
    const xsuaa = { ...credentials(emulator), url: this.#between!.url, ...binding }
    const auth = { kind: 'principal', credentials: xsuaa, issuers: { partner } }
    cdsRequires({ auth, ...requires })
  }

  /** Requests for a token with a SAML assertion. */
  get assertions(): Asked[] {
    return this.asked.filter(({ form }) => form.get('grant_type') === SAML2_BEARER)
  }

  async stop(): Promise<void> {
    await this.#between?.stop()
    await this.landscape.stop()
  }

  async #listen(): Promise<void> {
    const { url, ca } = this.landscape.emulator
    this.#between = await startHttpsServer((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const { authorization, 'x-zid': zid, 'content-type': type = '' } = req.headers
        const { method = '', url: path = '' } = req
        this.asked.push({ url: path, authorization, zid, form: new URLSearchParams(body) })
        if (this.answer && method === 'POST') {
          res.writeHead(this.answer.status).end(JSON.stringify(this.answer.body))
          return
        }
        const headers = { ...(authorization && { authorization }), 'content-type': type }
        void send(url + path, { ca, method, headers, ...(body && { body }) }).then((response) =>
          res.writeHead(response.status).end(response.text)
        )
      })
    })
    trust(this.#between.ca)
  }
}

/** Options of the issuer. */
export function issuer(exchange?: object): object {
  const options = { issuer: EXTERNAL, audience: 'api', userId: ['login', 'sub'] }
  return { ...options, ...(exchange && { exchange }) }
}

/** A named user of the issuer, with a token that nobody has seen before. */
export function external(claims: object = {}, user: Partial<NamedUser> = {}): NamedUser {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const bearerToken = forge(KEY, { jti: Math.random() }, { ...CLAIMS, exp, ...claims })
  const rest = { issuer: 'partner', userId: 'alice', tenant: undefined, expiresAt: exp }
  return { kind: 'named', ...rest, bearerToken, ...user }
}

/** The token that the Cloud Connector gets. */
export async function propagated(user: NamedUser, options?: object): Promise<string> {
  const { proxyConfiguration } = await resolveDestination('S4', user, options)
  return String(proxyConfiguration?.headers?.['SAP-Connectivity-Authentication']).slice(7)
}

/** The assertion of a request. */
export const xmlOf = ({ form }: Asked) =>
  Buffer.from(form.get('assertion') ?? '', 'base64url').toString()
