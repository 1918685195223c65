import { join } from 'node:path'

import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/src/index.js'
import { type Sample, SAMPLE, startSample } from '../../support/sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { sharedDescriptor } from '../../support/descriptor.js'
import { DESTINATIONS, KINDS, POLICIES, serviceName, TENANTS, USERS } from './call.js'
import { InternetSystem } from './internet-system.js'
import { ProxyRelay } from './proxy-relay.js'
import type { Entry } from './record.js'
import { ServiceRelay, throughRelays } from './service-relay.js'

const S4 = 's4.internal:44300'
const ON_PREMISE = { URL: `http://${S4}`, ProxyType: 'OnPremise' }
const CLIENT = { clientId: 'sb-maintenance!t1' }

/** Milliseconds, of the services that are called where there will be no answer. */
const SHORT = 1500

/** An application with each of CAP's queues. */
export const QUEUES = ['persistent', 'in-memory'] as const

/** Environment variables of the applications. */
type Environments = Partial<Record<(typeof QUEUES)[number], Record<string, string>>>

/**
 * Three tenants with users of the same names, their systems on premise and one on the internet, and the same application
 * twice, once with each queue. Everything that it calls goes through a relay that can fail.
 */
export class SoakLandscape {
  readonly #stops: (() => Promise<void>)[] = []
  readonly apps: Record<(typeof QUEUES)[number], Sample> = {} as never
  emulator!: Emulator
  internet!: InternetSystem
  proxy!: ProxyRelay
  xsuaa!: ServiceRelay
  destination!: ServiceRelay

  /** @param env - of the applications */
  static async start(env: Environments = {}): Promise<SoakLandscape> {
    const landscape = new SoakLandscape()
    try {
      await landscape.#start(env)
      return landscape
    } catch (error) {
      await landscape.stop()
      throw error
    }
  }

  get provider(): string {
    return this.emulator.vcapServices().xsuaa[0]?.credentials['tenantid'] as string
  }

  /** Tenant id of a tenant's name. */
  idOf(tenant: string): string {
    return tenant === 'provider' ? this.provider : tenant
  }

  /** What all systems have seen since the last time. */
  async take(): Promise<Entry[]> {
    const audits = TENANTS.map((tenant) =>
      this.emulator.system(S4, tenant === 'provider' ? undefined : tenant).audit()
    )
    const onPremise = (await Promise.all(audits)).flat() as unknown as Entry[]
    return [...onPremise, ...this.internet.system.take()]
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop()
  }

  async #start(env: Environments): Promise<void> {
    this.internet = this.#owned(await InternetSystem.start())
    trust(this.internet.ca) // so does the Destination service
    this.emulator = this.#owned(await startEmulator(options(this.internet)))
    await this.internet.trust(this.emulator, TENANTS)
    const { ca, url } = this.emulator
    const { destination } = this.emulator.vcapServices()
    const { uri } = destination[0]!.credentials as { uri: string }
    this.xsuaa = this.#owned(await ServiceRelay.start(url, ca))
    this.destination = this.#owned(await ServiceRelay.start(uri, ca))
    this.proxy = this.#owned(await ProxyRelay.start(this.#proxyPort))
    const authorities = [ca, this.internet.ca, this.xsuaa.ca, this.destination.ca].join('\n')
    const emulator = {
      ...this.emulator,
      ca: authorities,
      vcapServices: () => {
        const { emulator: own, xsuaa, destination: service, proxy } = this
        return throughRelays(own.vcapServices(), xsuaa, service, proxy.port)
      }
    }
    const apps = await Promise.all(
      QUEUES.map((queue) =>
        startSample({
          emulator,
          extra: join(__dirname, 'app'),
          requires: services(),
          env: { ...(queue !== 'persistent' && { cds_requires_queue: 'false' }), ...env[queue] }
        })
      )
    )
    for (const [i, queue] of QUEUES.entries()) this.apps[queue] = this.#owned(apps[i]!)
  }

  get #proxyPort(): number {
    const [connectivity] = this.emulator.vcapServices().connectivity
    return Number(connectivity?.credentials['onpremise_proxy_http_port'])
  }

  #owned<T extends { stop(): Promise<void> }>(part: T): T {
    this.#stops.push(() => part.stop())
    return part
  }
}

/** Every kind of service with every policy and every destination, patient and impatient. */
function services(): Record<string, object> {
  const all: Record<string, object> = {}
  for (const kind of KINDS.filter((each) => each !== 'execute')) {
    for (const policy of POLICIES) {
      for (const destination of Object.keys(DESTINATIONS)) {
        const credentials = { destination, path: `/${kind}` }
        const onBehalfOf = policy !== 'unset' && { onBehalfOf: policy }
        const service = { kind, csrf: true, ...onBehalfOf, credentials }
        const impatient = { ...service, credentials: { ...credentials, requestTimeout: SHORT } }
        all[serviceName(kind, policy, destination)] = service
        all[serviceName(kind, policy, destination, true)] = impatient
      }
    }
  }
  return all
}

function options(internet: InternetSystem): EmulatorOptions {
  const roles = ['Technician', 'Token_Exchange']
  const users = Object.fromEntries(USERS.map((name) => [name, { roles }]))
  const tenant = (id: string) => ({
    users,
    destinations: destinations(internet, id),
    onPremise: {
      [S4]: { backend: join(__dirname, 'on-premise-system.ts'), env: { TENANT: id } }
    }
  })
  const [, ...subscribers] = TENANTS
  return {
    root: SAMPLE,
    xsSecurity: sharedDescriptor(),
    ...tenant('provider'),
    tenants: Object.fromEntries(
      subscribers.map((id) => [id, { ...tenant(id), subdomain: id.replace('-id', '') }])
    )
  }
}

function destinations({ url: URL, oauth }: InternetSystem, tenant: string) {
  const basic = { User: `tech-${tenant}`, Password: 'secret-of-the-technical-user' }
  return {
    PP: { ...ON_PREMISE, Authentication: 'PrincipalPropagation' },
    JWT: { URL, ...CLIENT, Authentication: 'OAuth2JWTBearer' },
    UTE: { URL, ...CLIENT, Authentication: 'OAuth2UserTokenExchange' },
    SAML: { URL, ...oauth, Authentication: 'OAuth2SAMLBearerAssertion' },
    FORWARD: { URL, Authentication: 'NoAuthentication', 'HTML5.ForwardAuthToken': true },
    CC: { URL, ...CLIENT, Authentication: 'OAuth2ClientCredentials' },
    BASIC: { URL, Authentication: 'BasicAuthentication', ...basic },
    NONE: { ...ON_PREMISE, Authentication: 'NoAuthentication' }
  }
}
