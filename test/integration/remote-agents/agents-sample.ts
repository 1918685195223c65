import { join } from 'node:path'

import type { EmulatorOptions } from '../../../emulator/src/index.js'
import type { Client } from '../../support/client.js'
import { exchangeDescriptor } from '../../support/descriptor.js'
import type { Issuer } from '../../support/internet-backend.js'
import { RunningSample } from '../../support/running-sample.js'

/** Client of the destinations. */
export const DESTINATION_CLIENT = 'sb-maintenance!t1'

/** The backend of agents, as far as the sample needs it. */
interface Backend {
  readonly url: string
  readonly ca: string
  trust(issuer: Issuer): void
}

/** What one test file needs. */
interface AgentsOptions {
  readonly backend: Backend
  readonly kind: string
  readonly path?: string
  readonly requires?: Record<string, object>
  readonly destinations?: EmulatorOptions['destinations']
  readonly landscape?: Partial<EmulatorOptions>
  /** Packages that the application does not have. */
  readonly without?: readonly string[]
}

/** Error of a call. */
export interface Failed {
  readonly code?: string
  readonly message?: string
}

/** Facts about calls: as the event has them, and as attributes of spans. */
export interface Seen {
  readonly calls: Readonly<Record<string, unknown>>[]
  readonly spans: Readonly<Record<string, unknown>>[]
}

/** Returns what the sample has told of calls since it was asked last. */
export async function seen(client: Client): Promise<Seen> {
  const { body } = await client.post('/odata/v4/agents/seen')
  return JSON.parse(body.value as unknown as string) as Seen
}

/** The sample with agents as required services: `NAMED`, `SYSTEM`, `OWN`, `FORWARDED`, `MISSING`. */
export class AgentsSample {
  readonly running: RunningSample
  readonly #clients = new Map<string, Promise<Client>>()

  private constructor(running: RunningSample) {
    this.running = running
  }

  static async start(options: AgentsOptions): Promise<AgentsSample> {
    const { backend, kind, path, requires, destinations, landscape, without } = options
    const target = { URL: backend.url, clientId: DESTINATION_CLIENT }
    const agent = (destination: string, more: object = {}) => ({
      kind,
      credentials: { destination, ...(path && { path }) },
      ...more
    })
    const roles = ['Technician', 'Token_Exchange']
    const hide = join(__dirname, 'hidden-packages.cjs')
    const running = await RunningSample.start(
      {
        ca: backend.ca,
        extra: join(__dirname, 'app'),
        env: {
          DEBUG: 'principal',
          ...(without && { NODE_OPTIONS: `--require ${hide}`, HIDDEN_PACKAGES: without.join() })
        },
        requires: {
          NAMED: agent('USERS', { onBehalfOf: 'namedUser' }),
          SYSTEM: agent('TECHNICAL', { onBehalfOf: 'systemUser' }),
          OWN: agent('USERS', { onBehalfOf: 'namedUser', clients: ['$own'] }),
          FORWARDED: agent('FORWARDED'),
          MISSING: agent('UNKNOWN'),
          ...requires
        }
      },
      {
        users: { alice: { roles }, bob: { roles } },
        xsSecurity: exchangeDescriptor(),
        destinations: {
          USERS: { ...target, Authentication: 'OAuth2UserTokenExchange' },
          TECHNICAL: { ...target, Authentication: 'OAuth2ClientCredentials' },
          FORWARDED: {
            ...{ URL: backend.url, Authentication: 'NoAuthentication' },
            'HTML5.ForwardAuthToken': 'true'
          },
          ...destinations
        },
        ...landscape
      }
    )
    backend.trust(running.emulator)
    return new AgentsSample(running)
  }

  /** Lets the sample send an event to an agent, and returns the answer or the error. */
  async call<T = Failed>(
    agent: string,
    event: string,
    data: object = {},
    { as = 'alice', how = 'current' }: { as?: Client | string; how?: string } = {}
  ): Promise<T> {
    const client = typeof as === 'string' ? await this.as(as) : as
    const { body } = await client.post('/odata/v4/agents/call', {
      ...{ agent, how, event },
      data: JSON.stringify(data)
    })
    return JSON.parse(body.value as unknown as string) as T
  }

  /** A client with one token of the user; of the application itself for an empty name. */
  as(user: string): Promise<Client> {
    const client = this.#clients.get(user) ?? this.running.as(user || undefined)
    this.#clients.set(user, client)
    return client
  }

  stop(): Promise<void> {
    return this.running.stop()
  }
}
