import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import type { Client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { type SampleOptions, startSample } from '../../support/sample.js'
import { newMarker } from '../background/background-client.js'
import { until } from '../background/queue-sample.js'

/** A change that came to the system. */
export interface Arrival {
  readonly method: string
  readonly path: string
  /** Subject of the user's certificate. */
  readonly subject: string | null
  /** Id of a repeatable request. */
  readonly id: string | null
  readonly first: string | null
  readonly isNew: boolean
  readonly headers: readonly string[]
}

/** Row of the queue. */
export interface Row {
  readonly ID: string
  readonly msg: string
  readonly attempts: number
  readonly status: string | null
  readonly lastError: string | null
  readonly lastAttemptTimestamp: string | null
}

/** Entry of the list of delegations. */
export interface Entry {
  readonly txn: string
  readonly jti: string
  readonly author: string
  readonly service: string
  readonly state: string
  readonly attempts: number
  readonly revokedAt: string | null
}

const EQUIPMENT = {
  kind: 'odata-v2',
  csrf: true,
  onBehalfOf: 'namedUser',
  credentials: { destination: 'S4', path: '/sap/opu/odata/sap/API_EQUIPMENT' }
}

/** The sample's equipment, required under further names. @param common - options of all delegations */
export function requiredServices(common: object = {}): Record<string, object> {
  const delegation = (options: object = {}) => ({ delegation: { ...common, ...options } })
  return {
    API_EQUIPMENT: delegation(),
    QUEUED: { ...EQUIPMENT, queued: true, ...delegation({ validFor: '2h' }) },
    GATEWAY: { ...EQUIPMENT, ...delegation({ repeatable: 'sap-gateway' }) },
    OASIS: { ...EQUIPMENT, ...delegation({ repeatable: 'oasis' }) },
    HASTY: {
      ...EQUIPMENT,
      credentials: { ...EQUIPMENT.credentials, requestTimeout: 500 },
      ...delegation()
    },
    IDEMPOTENT: { ...EQUIPMENT, ...delegation({ idempotent: true }) },
    SYSTEM: {
      ...{ ...EQUIPMENT, onBehalfOf: 'systemUser' },
      credentials: { ...EQUIPMENT.credentials, destination: 'S4_SYSTEM' }
    }
  }
}

const ON_PREMISE = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }

/** The system, behind the Cloud Connector. */
export const LANDSCAPE = {
  destinations: {
    S4: { ...ON_PREMISE, Authentication: 'PrincipalPropagation' },
    S4_SYSTEM: { ...ON_PREMISE, Authentication: 'NoAuthentication' }
  },
  onPremise: { 's4.internal:44300': { backend: join(__dirname, 'backend.ts') } }
}

/** The sample with services whose queued calls keep their author. */
export class DelegationSample {
  readonly running: RunningSample
  readonly alice: Client

  private constructor(running: RunningSample, alice: Client) {
    this.running = running
    this.alice = alice
  }

  /** A process of the sample with a landscape that there is already; others may use the same database. */
  static async startWith(
    emulator: Emulator,
    options: Partial<SampleOptions> = {}
  ): Promise<DelegationSample> {
    const requires = { ...requiredServices(), ...options.requires }
    const all = { ...options, emulator, extra: join(__dirname, 'app'), requires }
    const running = new RunningSample(emulator, await startSample(all))
    return new DelegationSample(running, await running.as('alice'))
  }

  static async start(options: Partial<SampleOptions> = {}): Promise<DelegationSample> {
    const requires = { ...requiredServices(), ...options.requires }
    const all = { ...options, extra: join(__dirname, 'app'), requires }
    const running = await RunningSample.start(all, LANDSCAPE)
    return new DelegationSample(running, await running.as('alice'))
  }

  /** Queues a change, and returns the name of the equipment. */
  async plan(
    work: Partial<Work> = {},
    client = this.alice
  ): Promise<{ marker: string; status: number }> {
    const { marker = newMarker(), remote = 'API_EQUIPMENT', kind = 'queued', task = marker } = work
    const { status } = await client.post('/odata/v4/delegated/plan', { remote, marker, kind, task })
    return { marker, status }
  }

  /** Returns the changes that came to the system for a piece of equipment. */
  async arrivals(marker: string): Promise<Arrival[]> {
    const entries = (await this.running.audit()) as unknown as Arrival[]
    return entries.filter(({ path }) => path.includes(marker))
  }

  async arrived(marker: string, count = 1): Promise<Arrival[]> {
    return until(
      () => this.arrivals(marker),
      ({ length }) => length >= count
    )
  }

  async rows(): Promise<Row[]> {
    return this.#table<Row>('cds.outbox.Messages')
  }

  async entries(): Promise<Entry[]> {
    return this.#table<Entry>('cds_principal.Delegations')
  }

  async #table<T>(name: string): Promise<T[]> {
    const { body } = await this.alice.get(`/odata/v4/delegated/rows(name='${name}')`)
    return JSON.parse(body.value as unknown as string) as T[]
  }

  /** Waits for the row of a piece of work, as it should be. */
  async row(marker: string, holds: (row: Row) => boolean): Promise<Row | undefined> {
    const found = async () => (await this.rows()).find(({ msg }) => msg.includes(marker))
    return until(found, (row) => row !== undefined && holds(row))
  }

  /** Waits until no row is left for a piece of work. */
  async gone(marker: string): Promise<void> {
    await until(
      async () => (await this.rows()).filter(({ msg }) => msg.includes(marker)),
      ({ length }) => length === 0
    )
  }

  execute(sql: string) {
    return this.alice.post('/odata/v4/delegated/execute', { sql })
  }

  /** Deletes the row of a piece of work. */
  async remove(marker: string): Promise<void> {
    await this.execute(`DELETE FROM cds_outbox_Messages WHERE msg LIKE '%${marker}%'`)
  }

  /** Returns what the handler of an event has seen of its message, as text. */
  async seen(marker: string): Promise<string> {
    const { body } = await this.alice.get(`/odata/v4/delegated/seen(marker='${marker}')`)
    return body.value as unknown as string
  }

  action(name: string, data: object = {}) {
    return this.alice.post(`/odata/v4/delegated/${name}`, data)
  }

  stop(): Promise<void> {
    return this.running.stop()
  }
}

interface Work {
  readonly marker: string
  readonly remote: string
  readonly kind: string
  readonly task: string
}
