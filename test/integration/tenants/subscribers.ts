import { join } from 'node:path'

import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/src/index.js'
import { type Answer, type Client, client } from '../../support/client.js'
import { sharedDescriptor } from '../../support/descriptor.js'
import { type Sample, SAMPLE, startSample } from '../../support/sample.js'
import { requestToken } from '../../../emulator/test/support/http.js'
import { TokenBackend } from '../destination-types/token-backend.js'

/** The same address in all tenants: behind each Cloud Connector is another system. */
export const S4 = 's4.internal:44300'

export const SUBSCRIBERS = ['acme-id', 'globex-id'] as const

const PROPAGATION = {
  URL: `http://${S4}`,
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}

/** What the backend has seen of a call, or why there was none. */
export interface Outcome {
  readonly id: string
  readonly tenant: string
  readonly seen: Record<string, unknown> & { headers?: Record<string, string> }
}

/** The sample's application with two subscribers, all with users of the same names. */
export class Subscribers {
  readonly #clients: Client[] = []
  readonly emulator: Emulator
  readonly sample: Sample
  readonly backend: TokenBackend

  private constructor(emulator: Emulator, sample: Sample, backend: TokenBackend) {
    this.emulator = emulator
    this.sample = sample
    this.backend = backend
  }

  static async start(): Promise<Subscribers> {
    const backend = await TokenBackend.start()
    const emulator = await startEmulator(landscape(backend.url))
    backend.trust(emulator)
    const names = ['S4', 'EXCHANGE', 'PROVIDER_ONLY', 'PROVIDER_EXCHANGE', 'PROVIDER_TECHNICAL']
    const services = names.map((name) => [
      name,
      { kind: 'rest', credentials: { destination: name } }
    ])
    const destinationOptions = { selectionStrategy: 'subscriberFirst' }
    for (const destination of ['PROVIDER_ONLY', 'PROVIDER_EXCHANGE']) {
      const credentials = { destination }
      services.push([
        `${destination}_TOO`,
        { kind: 'rest', credentials, destinationOptions } as never
      ])
    }
    const sample = await startSample({
      emulator: { ...emulator, ca: `${emulator.ca}\n${backend.ca}` },
      extra: join(__dirname, 'app'),
      requires: Object.fromEntries(services)
    })
    return new Subscribers(emulator, sample, backend)
  }

  get provider(): string {
    return this.emulator.vcapServices().xsuaa[0]?.credentials['tenantid'] as string
  }

  /** A token of the tenant's own XSUAA, as its login page or API clients get it: the host name says whose it is. */
  async token(username: string, tenant?: string): Promise<string> {
    const host = tenant && { host: `${tenant.replace('-id', '')}.localhost` }
    const form = { grant_type: 'password', username }
    const { body } = await requestToken(this.emulator, form, host || {})
    return body.access_token as string
  }

  async as(username: string, tenant?: string): Promise<Client> {
    return this.with(await this.token(username, tenant))
  }

  with(token: string): Client {
    const one = client(this.sample.url, `Bearer ${token}`)
    this.#clients.push(one)
    return one
  }

  async stop(): Promise<void> {
    for (const each of this.#clients) each.close()
    await this.sample.stop()
    await this.emulator.stop()
    await this.backend.stop()
  }
}

/** Calls a required service. */
export async function call(one: Client, service: string, marker: string): Promise<Outcome> {
  return outcomeOf(await request(one, service, marker))
}

export function request(one: Client, service: string, marker: string): Promise<Answer> {
  return one.get(`/odata/v4/tenants/call(service='${service}',marker='${marker}')`)
}

export function outcomeOf({ status, body }: Answer): Outcome {
  if (status !== 200) throw new Error(`status ${status}`)
  return JSON.parse(body.value as unknown as string) as Outcome
}

function landscape(url: string): EmulatorOptions {
  const users = {
    alice: { roles: ['Technician', 'Token_Exchange'] },
    bob: { roles: ['Technician', 'Token_Exchange'] }
  }
  const exchange = { URL: url, Authentication: 'OAuth2JWTBearer', clientId: 'sb-maintenance!t1' }
  const destinations = (whose: string) => ({
    S4: { ...PROPAGATION, 'URL.headers.x-whose': whose },
    EXCHANGE: { ...exchange, 'URL.headers.x-whose': whose }
  })
  const onPremise = (whose: string) => ({
    [S4]: {
      backend: join(SAMPLE, 'emulator/test/support/echo-backend.ts'),
      env: { BACKEND_NAME: whose }
    }
  })
  const subscriber = (id: string) => ({
    subdomain: id.replace('-id', ''),
    users,
    destinations: destinations(id),
    onPremise: onPremise(id)
  })
  return {
    root: SAMPLE,
    xsSecurity: sharedDescriptor(),
    users,
    destinations: {
      ...destinations('provider'),
      PROVIDER_ONLY: PROPAGATION,
      PROVIDER_EXCHANGE: exchange,
      PROVIDER_TECHNICAL: { ...exchange, Authentication: 'OAuth2ClientCredentials' }
    },
    onPremise: onPremise('provider'),
    tenants: Object.fromEntries(SUBSCRIBERS.map((id) => [id, subscriber(id)]))
  }
}
