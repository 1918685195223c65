import { join } from 'node:path'

import type { Emulator, EmulatorOptions } from '../../../emulator/src/index.js'
import { type Client, client } from '../../support/client.js'
import { sharedDescriptor } from '../../support/descriptor.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, type SampleOptions, startSample } from '../../support/sample.js'
import { WhoBackend } from './who-backend.js'

/** Where and how a remote system is called. */
export interface PolicyCall {
  readonly place?: string
  readonly way?: string
  readonly target: string
  readonly options?: object
}

const ON_PREMISE = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }
const CLIENT = { clientId: 'sb-maintenance!t1' }

/** Destinations of every kind, for the backend at that URL. */
function destinations(URL: string) {
  return {
    PP: { ...ON_PREMISE, Authentication: 'PrincipalPropagation' },
    JWT: { URL, ...CLIENT, Authentication: 'OAuth2JWTBearer' },
    JWT_COMMON: {
      ...{ URL, ...CLIENT, Authentication: 'OAuth2JWTBearer' },
      tokenServiceURLType: 'Common'
    },
    FORWARD: { URL, Authentication: 'NoAuthentication', 'HTML5.ForwardAuthToken': true },
    CC: { URL, ...CLIENT, Authentication: 'OAuth2ClientCredentials' },
    BASIC: { URL, Authentication: 'BasicAuthentication', User: 'basic', Password: 'p' },
    NONE: { URL, Authentication: 'NoAuthentication' },
    TECHNICAL_USER: {
      ...ON_PREMISE,
      ...CLIENT,
      Authentication: 'OAuth2TechnicalUserPropagation'
    }
  }
}

/** The sample with destinations of every kind, and a service that calls required services from several places. */
export class PolicySample {
  readonly emulator: Emulator
  readonly backend: WhoBackend
  readonly sample: Sample
  readonly #clients = new Map<string, Client>()

  private constructor(emulator: Emulator, backend: WhoBackend, sample: Sample) {
    this.emulator = emulator
    this.backend = backend
    this.sample = sample
  }

  /** @param requires - from the URL of the backend, and the OAuth client of the emulated XSUAA */
  static async start(
    requires: (backend: WhoBackend, uaa: object) => Record<string, object>,
    env: SampleOptions['env'] = {}
  ): Promise<PolicySample> {
    const backend = await WhoBackend.start()
    const emulator = await startLandscape(landscape(backend))
    backend.trust(emulator)
    const uaa = emulator.vcapServices().xsuaa[0]!.credentials
    const sample = await startSample({
      emulator,
      ca: backend.ca,
      extra: join(__dirname, 'app'),
      requires: requires(backend, uaa),
      env
    })
    return new PolicySample(emulator, backend, sample)
  }

  /** A client with a token of the user; `application`: of the application itself. */
  async as(name: string, expiresIn?: number): Promise<Client> {
    const user = name === 'application' ? undefined : name
    const token = await this.emulator.issueToken({
      ...(user && { user }),
      ...(expiresIn !== undefined && { expiresIn })
    })
    const id = `${name} ${String(this.#clients.size)}`
    const one = client(this.sample.url, `Bearer ${token}`)
    this.#clients.set(id, one)
    return one
  }

  /** What came of a call. */
  async call(user: Client, { place = 'request', way = 'get', target, options }: PolicyCall) {
    const data = { place, way, target, options: JSON.stringify(options ?? {}) }
    const { status, body } = await user.post('/odata/v4/policy/call', data)
    if (status !== 200) throw new Error(`${String(status)}: ${JSON.stringify(body)}`)
    return JSON.parse(body.value as unknown as string)
  }

  /** What the event has told since the last time. */
  async evidence(user: Client) {
    const { body } = await user.post('/odata/v4/policy/evidence')
    return JSON.parse(body.value as unknown as string)
  }

  /** What the event about requests has told since the last time. */
  async requests(user: Client) {
    const { body } = await user.post('/odata/v4/policy/requests')
    return JSON.parse(body.value as unknown as string)
  }

  /** Common names of the certificates with which the system on premise was called. */
  async subjects(): Promise<(string | undefined)[]> {
    const entries = await this.emulator.system('s4.internal:44300').audit()
    return entries.map(({ subject }) => subject?.replace('CN=', ''))
  }

  async stop(): Promise<void> {
    for (const each of this.#clients.values()) each.close()
    await this.sample.stop()
    await this.emulator.stop()
    await this.backend.stop()
  }
}

function landscape({ url }: WhoBackend): Partial<EmulatorOptions> {
  const roles = ['Technician', 'Token_Exchange']
  const { JWT, CC } = destinations(url)
  return {
    xsSecurity: sharedDescriptor(),
    users: {
      alice: { roles },
      bob: { roles },
      dave: { roles: ['Technician'] },
      tina: { roles, tenant: 'customer-1' }
    },
    destinations: destinations(url),
    tenants: { 'customer-1': { destinations: { OWN_JWT: JWT, OWN_CC: CC, CC } } },
    onPremise: {
      's4.internal:44300': { backend: join(__dirname, '../background/backend.ts') }
    }
  }
}
