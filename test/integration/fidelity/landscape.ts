import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/src/index.js'
import { TOKEN_EXCHANGE } from '../../support/descriptor.js'
import { trust } from '../../unit/destination/support/landscape.js'
import {
  users,
  VIRTUAL_HOST,
  withBackend,
  xsSecurity
} from '../../../emulator/test/support/maintenance.js'
import { type Echo, startEcho } from './echo.js'

/** A tenant that has subscribed to the application. */
export const SUBSCRIBER = 'customer-1'

const CLIENT = { clientId: 'sb-maintenance!t1' }

/** One destination of every type that there is, also of the two that the Cloud SDK does not know. */
function destinations({ url: URL }: Echo): NonNullable<EmulatorOptions['destinations']> {
  const system = { URL: `http://${VIRTUAL_HOST}`, ProxyType: 'OnPremise' }
  const user = { User: 'bob', Password: 'builder' }
  const oauth = (Authentication: string) => ({ URL, Authentication, ...CLIENT })
  return {
    NO_AUTHENTICATION: { URL },
    BASIC: { URL, Authentication: 'BasicAuthentication', ...user },
    CERTIFICATE: {
      URL,
      Authentication: 'ClientCertificateAuthentication',
      KeyStoreLocation: 'client.pem',
      TrustStoreLocation: 'server.pem'
    },
    CLIENT_CREDENTIALS: oauth('OAuth2ClientCredentials'),
    PASSWORD: { ...oauth('OAuth2Password'), ...user },
    REFRESH: oauth('OAuth2RefreshToken'),
    EXCHANGE: oauth('OAuth2UserTokenExchange'),
    JWT_BEARER: oauth('OAuth2JWTBearer'),
    TOKEN_EXCHANGE: oauth('OAuth2TokenExchange'),
    SAML_BEARER: {
      ...oauth('OAuth2SAMLBearerAssertion'),
      tokenServiceUser: CLIENT.clientId
    },
    SAML: {
      URL,
      Authentication: 'SAMLAssertion',
      audience: 'https://s4.example',
      assertionRecipient: `${URL}/acs`
    },
    PROPAGATION: { ...system, Authentication: 'PrincipalPropagation', 'sap-client': '100' },
    TECHNICAL: { ...system, Authentication: 'OAuth2TechnicalUserPropagation', ...CLIENT },
    ON_PREMISE: { ...system, Authentication: 'BasicAuthentication', ...user },
    FORWARDED: { URL, forwardAuthToken: true },
    PROVIDERS: { URL: `${URL}/provider` },
    OWN: { URL: `${URL}/provider` }
  }
}

/** A process that is an application of a landscape with everything in it, as libraries find it on BTP. */
export class FidelityLandscape {
  readonly emulator: Emulator
  readonly echo: Echo
  readonly #root: string

  private constructor(emulator: Emulator, echo: Echo, root: string) {
    this.emulator = emulator
    this.echo = echo
    this.#root = root
  }

  static async start(changes: Partial<EmulatorOptions> = {}): Promise<FidelityLandscape> {
    const echo = await startEcho()
    trust(echo.ca)
    const root = mkdtempSync(join(tmpdir(), 'cds-principal-fidelity-'))
    writeFileSync(join(root, 'client.pem'), echo.keyStore)
    writeFileSync(join(root, 'server.pem'), echo.ca)
    const backend = join(withBackend.root, 'echo-backend.ts')
    const emulator = await startEmulator({
      bind: true,
      root,
      users: { ...users, alice: { roles: ['Technician', 'Token_Exchange'] } },
      xsSecurity: {
        ...xsSecurity,
        'role-templates': [...xsSecurity['role-templates'], TOKEN_EXCHANGE]
      },
      onPremise: { [VIRTUAL_HOST]: { backend } },
      destinations: destinations(echo),
      tenants: {
        [SUBSCRIBER]: {
          users: { alice: { roles: ['Technician'] } },
          destinations: {
            OWN: { URL: `${echo.url}/subscriber` },
            JWT_BEARER: { URL: echo.url, Authentication: 'OAuth2JWTBearer', ...CLIENT },
            COMMON: {
              ...{ URL: echo.url, Authentication: 'OAuth2ClientCredentials', ...CLIENT },
              tokenServiceURLType: 'Common'
            },
            PROPAGATION: {
              ...{ URL: `http://${VIRTUAL_HOST}`, ProxyType: 'OnPremise' },
              Authentication: 'PrincipalPropagation'
            }
          }
        }
      },
      trust: { subaccount: { destinationTrust: true, users: { alice: { roles: ['Viewer'] } } } },
      ...changes
    })
    return new FidelityLandscape(emulator, echo, root)
  }

  async stop(): Promise<void> {
    await this.emulator.stop()
    await this.echo.stop()
    rmSync(this.#root, { recursive: true })
  }
}
